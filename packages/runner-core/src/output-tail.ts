/** Bytes of output that are remembered: a prompt and what Ansible says before it. */
const MAX_BYTES = 4096;

/** The end of what a job has printed. Owns the last bytes. */
export class OutputTail {
  #bytes: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): void {
    this.#bytes =
      bytes.length >= MAX_BYTES
        ? Buffer.from(bytes.subarray(-MAX_BYTES))
        : Buffer.concat([this.#bytes.subarray(bytes.length - MAX_BYTES), bytes]);
  }

  get text(): string {
    return this.#bytes.toString('utf8');
  }
}
