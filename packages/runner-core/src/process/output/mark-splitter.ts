import { decodeMark, encodeMark, markPrefix, MAX_MARK_BYTES } from './marks.js';

/** Gets what a {@link MarkSplitter} finds, in the order of the output. */
export interface MarkedOutput {
  /** Text outside of marks; pieces may end anywhere, even inside of a character. */
  text(bytes: Buffer): void;
  begin(uuid: string): void;
  end(): void;
}

const CLOSING = Buffer.from('\u001b[K', 'latin1');

/**
 * Takes the marks of one run out of its output, wherever the chunks are cut. Every other byte goes
 * through unchanged. Holds back at most {@link MAX_MARK_BYTES} bytes, and only such as may turn out to
 * be a mark; takes time in proportion to the bytes it gets.
 *
 * See docs/decisions/0031-events-by-socket-marks-by-secret.md.
 */
export class MarkSplitter {
  readonly #secret: string;
  readonly #prefix: Buffer;
  /** The mark at the end of an event, always the same. */
  readonly #end: Buffer;
  readonly #output: MarkedOutput;
  /** The end of the output so far, while it may be the beginning of a mark. Written by push and close. */
  #held: Buffer = Buffer.alloc(0);

  constructor(secret: string, output: MarkedOutput) {
    this.#secret = secret;
    this.#prefix = markPrefix(secret);
    this.#end = encodeMark(secret);
    this.#output = output;
  }

  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = rest.subarray(0, 0);
    while (rest.length > 0) {
      const start = rest.indexOf(this.#prefix);
      if (start < 0) {
        const keep = this.#beginningAtEnd(rest);
        this.#text(rest.subarray(0, rest.length - keep));
        this.#held = Buffer.from(rest.subarray(rest.length - keep));
        return;
      }
      const afterEnd = start + this.#end.length;
      if (rest.length >= afterEnd && this.#end.compare(rest, start, afterEnd) === 0) {
        this.#text(rest.subarray(0, start));
        this.#output.end();
        rest = rest.subarray(afterEnd);
        continue;
      }
      const closing = rest.indexOf(CLOSING, start + this.#prefix.length);
      const length = (closing < 0 ? rest.length : closing + CLOSING.length) - start;
      if (closing < 0 && length < MAX_MARK_BYTES) {
        this.#text(rest.subarray(0, start));
        this.#held = Buffer.from(rest.subarray(start));
        return;
      }
      const mark =
        closing < 0 || length > MAX_MARK_BYTES
          ? undefined
          : decodeMark(rest.subarray(start, start + length), this.#secret);
      if (mark === undefined) {
        this.#text(rest.subarray(0, start + this.#prefix.length));
        rest = rest.subarray(start + this.#prefix.length);
        continue;
      }
      this.#text(rest.subarray(0, start));
      if (mark.uuid === undefined) this.#output.end();
      else this.#output.begin(mark.uuid);
      rest = rest.subarray(start + length);
    }
  }

  /** Gives out what was held back: the output is over. */
  close(): void {
    this.#text(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #text(bytes: Buffer): void {
    if (bytes.length > 0) this.#output.text(bytes);
  }

  /** Length of the longest end of `bytes` that a prefix may begin with. */
  #beginningAtEnd(bytes: Buffer): number {
    const first = Math.max(0, bytes.length - this.#prefix.length + 1);
    for (let start = bytes.indexOf(0x1b, first); start >= 0; start = bytes.indexOf(0x1b, start + 1))
      if (this.#prefix.subarray(0, bytes.length - start).equals(bytes.subarray(start)))
        return bytes.length - start;
    return 0;
  }
}
