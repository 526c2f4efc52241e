import { WorkError, type DiskRoom } from '@receptorjs/workceptor';
import { RemoteStdout, UnitFile } from '@receptorjs/workceptor/internal';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds between two looks at a full disk. */
const FULL_DISK_MS = 1_000;

/** What the file needs. */
export interface StdoutFileOptions {
  /** Path of the unit's stdout, in its folder. */
  readonly path: string;
  readonly reserve: DiskRoom;
  /** The most bytes that it may have. */
  readonly maxBytes: number;
  /** It has grown. */
  readonly onGrown: () => void;
  /** Says what is in the way, a full disk; nothing when nothing is any more. */
  readonly onProblem: (why: string | undefined) => void;
  readonly signal: AbortSignal;
}

/** The stdout of a unit on this disk while it comes, and the only writer of it. */
export class StdoutFile {
  readonly #stdout: RemoteStdout;
  readonly #writer: ReturnType<RemoteStdout['open']>;
  /** For those who compare; opened by `countSame`, closed by `close`. */
  #reader: UnitFile | undefined;

  constructor(private readonly options: StdoutFileOptions) {
    const { path, reserve, onGrown } = options;
    this.#stdout = new RemoteStdout(path, { maxBytes: Number.POSITIVE_INFINITY, reserve });
    this.#writer = this.#stdout.open(onGrown);
  }

  /** Bytes that are here or on their way to the file. */
  get size(): number {
    return Number(this.#stdout.accepted);
  }

  /**
   * Takes a piece at the end, and waits while the disk has no room.
   *
   * @throws {WorkError} `output-too-long`; what the system says; the signal's reason
   */
  async append(piece: Uint8Array): Promise<void> {
    const { maxBytes, signal, onProblem } = this.options;
    if (this.size + piece.length > maxBytes) {
      throw new WorkError(
        'output-too-long',
        `pod was ended for having more than ${maxBytes} bytes of stdout, the most that its work type takes (maxstdout)`,
      );
    }
    for (let wasFull = false; ; wasFull = true) {
      try {
        await this.#stdout.append(this.#writer, piece);
        if (wasFull) onProblem(undefined);
        return;
      } catch (error) {
        if (!(error instanceof WorkError && error.code === 'no-space')) throw error;
        onProblem(error.message);
        await wait(FULL_DISK_MS, undefined, { signal });
      }
    }
  }

  /**
   * How many bytes of a piece, from its start on, are those that stand in the file from a position on.
   *
   * @throws what the system says
   */
  async countSame(piece: Uint8Array, position: number): Promise<number> {
    this.#reader ??= UnitFile.open(this.options.path, 'read');
    const found = Buffer.allocUnsafe(piece.length);
    const length = await this.#reader.read(found, position);
    if (length === piece.length && found.equals(piece)) return length;
    const different = piece.findIndex((byte, at) => at >= length || byte !== found[at]);
    return different < 0 ? length : different;
  }

  /** Resolves when all is in the file. */
  drained(): Promise<void> {
    return this.#writer.drained();
  }

  /** Resolves when all outlasts a power cut. */
  synced(): Promise<void> {
    return this.#writer.synced();
  }

  /**
   * Writes what is on its way and closes the file.
   *
   * @throws what the system says where not all that was taken is in the file
   */
  async close(): Promise<void> {
    try {
      await this.#writer.drained();
    } finally {
      this.#reader?.close();
      await this.#writer.close();
    }
  }
}
