/** Bytes that a prompt and what Ansible says before it have. */
const PROMPT_BYTES = 4096;
/** Bytes of output that are remembered: an error may stand before the help of a command. */
const MAX_BYTES = 16 * 1024;

/** The end of what a job has printed. Owns the last bytes. */
export class OutputTail {
  #pieces: Buffer[] = [];
  #bytes = 0;

  push(bytes: Buffer): void {
    // A copy: a part of a chunk keeps all of it.
    const piece = Buffer.from(bytes.subarray(-MAX_BYTES));
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes > 4 * MAX_BYTES || this.#pieces.length > MAX_BYTES) this.#join();
  }

  /** What a prompt at the end would stand in. */
  get text(): string {
    return this.#join().subarray(-PROMPT_BYTES).toString('utf8');
  }

  /** All that is remembered. */
  get whole(): string {
    return this.#join().toString('utf8');
  }

  #join(): Buffer {
    const joined = Buffer.from(Buffer.concat(this.#pieces).subarray(-MAX_BYTES));
    this.#pieces = [joined];
    this.#bytes = joined.length;
    return joined;
  }
}
