import { BufferPool } from '@receptorjs/primitives';
import type { UnitFile } from '../store/unit-file.js';

/** Bytes that are written at once at most, and that wait meanwhile; then whoever brings more waits. */
const PIECE_BYTES = 512 * 1024;
/** What is less than so many bytes waits so many milliseconds for more. */
const ENOUGH_BYTES = PIECE_BYTES / 2;
const GATHER_MS = 2;
/** Memory of all writers that nobody needs; 4 MiB are kept. */
const pieces = new BufferPool(PIECE_BYTES, 8);

/**
 * Writes bytes to the end of a file in their order. Who brings them puts them into its memory, which is used again. What comes while a
 * write is under way is written by the next one, all at once, so that many small pieces take few calls.
 */
export class StdoutWriter {
  /** Memory that fills, and how much of it is filled; these two are written by `room`, `filled` and `#run` only. */
  #piece: Buffer | undefined;
  #filled = 0;
  /** Whether somebody fills the rest of it just now. */
  #lent = false;
  /** Bytes given and not written; written by `filled` and `#run` only. */
  #unwritten = 0;
  /** Present while a write is under way; never rejects. */
  #running: Promise<void> | undefined;
  /** Present while more is waited for; written by `filled` and `#begin` only. */
  #gathering: NodeJS.Timeout | undefined;
  /** Whether what is there is to be written, however little it is; written by `#begin` and `#run` only. */
  #isDue = false;
  /** Those who wait for room. */
  #waiting: (() => void)[] = [];
  /** The write that failed: nothing is written any more. */
  #failure: { readonly error: unknown } | undefined;

  /** @param onWritten called with the number of bytes that have been written */
  constructor(
    private readonly file: UnitFile,
    private readonly onWritten: (bytes: number) => void,
  ) {}

  /** Bytes given and not written yet. */
  get unwritten(): number {
    return this.#unwritten;
  }

  /**
   * Room for what comes next, which is followed by {@link StdoutWriter.filled}.
   *
   * @throws what the system says of a write before
   */
  room(): Buffer | Promise<Buffer> {
    this.#throwFailure();
    if (this.#filled < PIECE_BYTES) return this.#lend();
    return new Promise<void>((resolve) => this.#waiting.push(resolve)).then(() => this.room());
  }

  /**
   * Takes so many bytes at the start of the room. Resolves when what is short is written.
   *
   * @throws what the system says of this write or of one before
   */
  async filled(bytes: number): Promise<void> {
    this.#throwFailure();
    this.#lent = false;
    this.#filled += bytes;
    this.#unwritten += bytes;
    if (this.#filled === 0) this.#giveBack();
    else if (this.file.isShort) await this.drained();
    else if (this.#isDue || this.#filled >= ENOUGH_BYTES) this.#begin();
    else {
      this.#gathering ??= setTimeout(() => {
        this.#begin();
      }, GATHER_MS);
    }
  }

  /**
   * Copies a piece and takes it. Resolves when there is room for the next one.
   *
   * @throws as {@link StdoutWriter.filled}
   */
  async write(piece: Uint8Array): Promise<void> {
    for (let left = piece; left.length > 0;) {
      const room = await this.room();
      const part = left.subarray(0, room.length);
      room.set(part);
      await this.filled(part.length);
      left = left.subarray(part.length);
    }
    this.#throwFailure();
  }

  /**
   * Resolves when all is written.
   *
   * @throws what the system says of a write
   */
  async drained(): Promise<void> {
    this.#begin();
    await this.#running;
    this.#throwFailure();
  }

  /**
   * Resolves when all outlasts a power cut.
   *
   * @throws what the system says
   */
  async synced(): Promise<void> {
    await this.drained();
    await this.file.datasync();
  }

  /** Writes what is there and closes the file; room that somebody has is not filled any more. Never rejects. */
  async close(): Promise<void> {
    this.#lent = false;
    this.#begin();
    await this.#running;
    this.#giveBack();
    this.file.close();
  }

  #begin(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#isDue = this.#filled > 0;
    // while more is being put into it, it waits: what comes then begins it
    if (this.#filled > 0 && !this.#lent && !this.#failure) this.#running ??= this.#run();
  }

  #lend(): Buffer {
    this.#piece ??= pieces.take();
    this.#lent = true;
    return this.#piece.subarray(this.#filled);
  }

  /** Memory is held only while something is in it. */
  #giveBack(): void {
    if (this.#piece) pieces.give(this.#piece);
    this.#piece = undefined;
    this.#filled = 0;
  }

  async #run(): Promise<void> {
    try {
      while (this.#piece && !this.#lent && (this.#isDue || this.#filled >= ENOUGH_BYTES)) {
        this.#isDue = false;
        const [piece, bytes] = [this.#piece, this.#filled];
        this.#piece = undefined;
        this.#filled = 0;
        this.#wake();
        await this.file.write([piece.subarray(0, bytes)]);
        pieces.give(piece);
        this.#unwritten -= bytes;
        this.onWritten(bytes);
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#running = undefined;
      this.#wake();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
