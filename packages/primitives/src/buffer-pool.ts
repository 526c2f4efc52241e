/**
 * Pieces of memory of one size that are used again: memory made anew for each use is the garbage collector's to free. It alone
 * writes its fields.
 */
export class BufferPool {
  readonly #size: number;
  readonly #maxFree: number;
  readonly #free: Buffer[] = [];

  /**
   * @param size - Of each, in bytes.
   * @param maxFree - How many are kept while nobody needs them.
   */
  constructor(size: number, maxFree: number) {
    this.#size = size;
    this.#maxFree = maxFree;
  }

  /** One of them, with what was in it before. */
  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#size);
  }

  /** Takes one back that nobody reads or writes any more; others than those of {@link take} are left alone. */
  give(buffer: Buffer): void {
    if (buffer.length === this.#size && this.#free.length < this.#maxFree) this.#free.push(buffer);
  }
}
