/** Bytes that a prompt and what Ansible says before it have. */
const PROMPT_BYTES = 4096;
/** Bytes of output that are remembered: an error may stand before the help of a command. */
const MAX_BYTES = 16 * 1024;

/** The end of what a job has printed. Owns the last bytes. */
export class OutputTail {
  /** Begins with what is remembered, copied: a part of a chunk would keep all of it. */
  readonly #kept = Buffer.allocUnsafe(4 * MAX_BYTES);
  #length = 0;

  push(bytes: Buffer): void {
    const piece = bytes.length > MAX_BYTES ? bytes.subarray(-MAX_BYTES) : bytes;
    if (this.#length + piece.length > this.#kept.length) {
      this.#kept.copyWithin(0, this.#length - MAX_BYTES, this.#length);
      this.#length = MAX_BYTES;
    }
    this.#length += piece.copy(this.#kept, this.#length);
  }

  /** What a prompt at the end would stand in. */
  get text(): string {
    return this.#last(PROMPT_BYTES);
  }

  /** All that is remembered. */
  get whole(): string {
    return this.#last(MAX_BYTES);
  }

  #last(bytes: number): string {
    return this.#kept.toString('utf8', Math.max(0, this.#length - bytes), this.#length);
  }
}
