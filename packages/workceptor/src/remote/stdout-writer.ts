import type { UnitFile } from '../store/unit-file.js';

/** Bytes that wait for the write before them; then whoever brings more waits. */
const MOST_WAITING_BYTES = 1024 * 1024;
/** The same in pieces, which may be as small as a byte. */
const MOST_WAITING = 1_024;

/**
 * Writes pieces to the end of a file in their order. What comes while a write is under way is written by the next one, all at once, so
 * that many small pieces take few calls.
 */
export class StdoutWriter {
  /** Pieces that no write has taken yet; these two are written by `write` and `#run` only. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Bytes given and not written; written by `write` and `#run` only. */
  #unwritten = 0;
  /** Present while a write is under way; never rejects. */
  #running: Promise<void> | undefined;
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
   * Takes a piece, which must not be changed any more. Resolves when there is room for the next one.
   *
   * @throws what the system says of this write or of one before
   */
  async write(piece: Uint8Array): Promise<void> {
    this.#throwFailure();
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    this.#unwritten += piece.length;
    this.#running ??= this.#run();
    const isMuch = this.#waitingBytes > MOST_WAITING_BYTES || this.#waiting.length > MOST_WAITING;
    if (this.file.isShort || isMuch) await this.drained();
  }

  /**
   * Resolves when all is written.
   *
   * @throws what the system says of a write
   */
  async drained(): Promise<void> {
    await this.#running;
    this.#throwFailure();
  }

  /** Closes the file once nothing is under way. Never rejects. */
  async close(): Promise<void> {
    await this.#running;
    this.file.close();
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const [pieces, bytes] = [this.#waiting, this.#waitingBytes];
        this.#waiting = [];
        this.#waitingBytes = 0;
        await this.file.write(pieces);
        this.#unwritten -= bytes;
        this.onWritten(bytes);
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#running = undefined;
    }
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
