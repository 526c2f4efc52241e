import { statSync } from 'node:fs';
import { WorkError } from '../errors.js';
import type { DiskRoom } from '../store/disk-room.js';
import { digestOf, type ByteRange } from '../store/stdout-digest.js';
import { UnitFile } from '../store/unit-file.js';
import { StdoutWriter } from './stdout-writer.js';

/** 64 GiB: the most stdout of one remote unit that is stored unless configured. */
export const DEFAULT_MAX_REMOTE_STDOUT_BYTES = 64 * 2 ** 30;

/** Output of other nodes leaves so many bytes above the disk's reserve: a job that writes without end must not keep others from starting. */
const LEFT_FOR_UNITS_BYTES = 2 ** 20;

/** What of another node's output is stored here. */
export interface StdoutLimits {
  /** The most bytes of one unit. Default {@link DEFAULT_MAX_REMOTE_STDOUT_BYTES}; `Infinity` for no limit. */
  readonly maxBytes?: number | undefined;
  /** What is left alone of the file system. */
  readonly reserve: DiskRoom;
}

/** The copy of a remote unit's stdout on this disk, and the only writer of it. */
export class RemoteStdout {
  readonly #reserve: DiskRoom;
  readonly #maxBytes: number;
  #size: bigint;
  /** The last one; written by `open` only. */
  #writer: StdoutWriter | undefined;

  /** @param path of the file, in the unit's folder, which exists */
  constructor(
    private readonly path: string,
    { maxBytes = DEFAULT_MAX_REMOTE_STDOUT_BYTES, reserve }: StdoutLimits,
  ) {
    this.#maxBytes = maxBytes;
    this.#reserve = reserve;
    this.#size = statSync(path, { bigint: true, throwIfNoEntry: false })?.size ?? 0n;
  }

  /** Bytes that are here. */
  get size(): bigint {
    return this.#size;
  }

  /**
   * SHA-256 of bytes as they stand in the file.
   *
   * @throws {WorkError} `bad-range` when it is shorter
   */
  digest(range: ByteRange, isOver: () => boolean): Promise<string> {
    return digestOf(this.path, range, isOver);
  }

  /** Bytes that stand in the file: what somebody else has done to it counts. */
  storedSize(): bigint {
    const file = UnitFile.open(this.path, 'append');
    try {
      return file.size();
    } finally {
      file.close();
    }
  }

  /** Takes away what stands behind the first bytes, to be fetched again. */
  async truncate(size: bigint): Promise<void> {
    const file = UnitFile.open(this.path, 'append');
    try {
      await file.truncate(Number(size));
      this.#size = size;
    } finally {
      file.close();
    }
  }

  /** Bytes that are here or on their way to the file. */
  get accepted(): bigint {
    return this.#size + BigInt(this.#writer?.unwritten ?? 0);
  }

  /**
   * Opens the file at its end; what an append that failed half-way has left counts too. One at a time.
   *
   * @param onGrown called when bytes have been written
   */
  open(onGrown: () => void): StdoutWriter {
    const file = UnitFile.open(this.path, 'append');
    this.#size = file.size();
    this.#writer = new StdoutWriter(file, (bytes) => {
      this.#size += BigInt(bytes);
      onGrown();
    });
    return this.#writer;
  }

  /**
   * Writes a piece at the end, as {@link StdoutWriter.write} does.
   *
   * @throws {WorkError} `output-too-long` when the unit has more than is stored, `no-space` when the disk's reserve would be touched
   */
  async append(writer: StdoutWriter, chunk: Uint8Array): Promise<void> {
    await this.#admit(chunk.length);
    await writer.write(chunk);
  }

  /**
   * Writes what is in the room of the writer, as {@link StdoutWriter.filled} does.
   *
   * @throws {WorkError} as {@link RemoteStdout.append}
   */
  async appendFilled(writer: StdoutWriter, bytes: number): Promise<void> {
    try {
      await this.#admit(bytes);
    } catch (error) {
      await writer.filled(0);
      throw error;
    }
    await writer.filled(bytes);
  }

  async #admit(bytes: number): Promise<void> {
    if (Number(this.accepted) + bytes > this.#maxBytes) {
      throw new WorkError(
        'output-too-long',
        `The unit has more than ${this.#maxBytes} bytes of stdout, the most that this node stores (maxremotestdout of node)`,
      );
    }
    if (!(await this.#reserve.admits(bytes, LEFT_FOR_UNITS_BYTES))) {
      throw new WorkError(
        'no-space',
        'Waiting for space on the disk of this node: what is left of it is kept free (diskreserve of node)',
      );
    }
  }
}
