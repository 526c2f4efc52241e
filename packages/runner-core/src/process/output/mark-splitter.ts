import {
  decodeMark,
  encodeMark,
  markPrefix,
  MAX_MARK_BYTES,
  UsualMarks,
  type Mark,
} from './marks.js';

/** Gets what a {@link MarkSplitter} finds, in the order of the output. */
export interface MarkedOutput {
  /** Text outside of marks; pieces may end anywhere, even inside of a character. */
  text(bytes: Buffer): void;
  begin(uuid: string): void;
  end(): void;
}

/** A mark, and how many bytes of the output it takes. */
interface FoundMark extends Mark {
  readonly length: number;
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
  readonly #usual: UsualMarks;
  readonly #output: MarkedOutput;
  /** The end of the output so far, while it may be the beginning of a mark. Written by push and close. */
  #held: Buffer = Buffer.alloc(0);

  constructor(secret: string, output: MarkedOutput) {
    this.#secret = secret;
    this.#prefix = markPrefix(secret);
    this.#end = encodeMark(secret);
    this.#usual = new UsualMarks(secret);
    this.#output = output;
  }

  push(chunk: Buffer): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    /** What stands before was given out. */
    let given = 0;
    for (let start = this.#find(bytes, 0); start >= 0; start = this.#find(bytes, given)) {
      const mark = this.#read(bytes, start);
      if (mark === 'cut') {
        this.#text(bytes, given, start);
        this.#held = Buffer.from(bytes.subarray(start));
        return;
      }
      if (mark === undefined) {
        this.#text(bytes, given, start + this.#prefix.length);
        given = start + this.#prefix.length;
        continue;
      }
      this.#text(bytes, given, start);
      if (mark.uuid === undefined) this.#output.end();
      else this.#output.begin(mark.uuid);
      given = start + mark.length;
    }
    const kept = bytes.length - this.#beginningAtEnd(bytes.subarray(given));
    this.#text(bytes, given, kept);
    this.#held = Buffer.from(bytes.subarray(kept));
  }

  #find(bytes: Buffer, from: number): number {
    return bytes.indexOf(this.#prefix, from);
  }

  /** The mark that begins at `start`; `undefined` where there is none, `'cut'` where its end may still come. */
  #read(bytes: Buffer, start: number): FoundMark | undefined | 'cut' {
    const afterEnd = start + this.#end.length;
    if (bytes.length >= afterEnd && this.#end.compare(bytes, start, afterEnd) === 0)
      return { length: this.#end.length };
    const uuid = this.#usual.uuidAt(bytes, start);
    if (uuid !== undefined) return { uuid, length: this.#usual.length };
    const closing = bytes.indexOf(CLOSING, start + this.#prefix.length);
    const length = (closing < 0 ? bytes.length : closing + CLOSING.length) - start;
    if (closing < 0 && length < MAX_MARK_BYTES) return 'cut';
    if (closing < 0 || length > MAX_MARK_BYTES) return undefined;
    const mark = decodeMark(bytes.subarray(start, start + length), this.#secret);
    return mark && { ...mark, length };
  }

  /** Gives out what was held back: the output is over. */
  close(): void {
    this.#text(this.#held, 0, this.#held.length);
    this.#held = Buffer.alloc(0);
  }

  #text(bytes: Buffer, from: number, to: number): void {
    if (to > from) this.#output.text(bytes.subarray(from, to));
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
