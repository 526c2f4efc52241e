import { compareStamps, instantOf, MAX_STAMP_BYTES, type LogCursor } from './log-cursor.js';

const NEWLINE = 0x0a;
const BLANK = 0x20;

/**
 * Takes the stamps off a log that is asked for from a cursor on, and leaves out what stands before the cursor. One for each answer.
 *
 * A line without a stamp is none of the container's: the kubelet says so why it can't go on. It is not given out.
 */
export class LogReader {
  /** Written by `#beginLine`, `#give` and `#endLine` only. */
  #stamp: string;
  #lines: number;
  #bytes: number;
  /** The cursor is still looked for; written by `#beginLine` only. */
  #seeking: boolean;
  /** Lines with the cursor's stamp that have passed meanwhile. */
  #passed = 0;
  /** Whether there was something behind the cursor, but not the cursor itself; written by `#beginLine` only. */
  #hasHole = false;
  /** Written by `#seek` only. */
  #gapSeconds = 0;
  /** The beginning of a line that is too short to tell whether it has a stamp. */
  #held: Buffer = Buffer.alloc(0);
  /** How the line is treated that the next bytes belong to; none between lines. */
  #line: 'given' | 'left-out' | 'message' | undefined;
  /** Bytes of the line that have been given out before. */
  #skip = 0;
  #message = '';

  constructor(private readonly from: LogCursor) {
    this.#stamp = from.stamp;
    this.#lines = from.lines;
    this.#bytes = from.bytes;
    this.#seeking = from.stamp !== '';
  }

  /** Where the next request goes on. */
  get cursor(): LogCursor {
    if (this.#seeking) return this.from;
    // what is still to be left out was given out before
    return { stamp: this.#stamp, lines: this.#lines, bytes: this.#bytes + this.#skip };
  }

  /** Whether lines are known to be missing: what follows is later than the cursor, and the cursor's own line is not there. */
  get hasHole(): boolean {
    return this.#hasHole;
  }

  /** Seconds from the cursor to the first line behind it. */
  get gapSeconds(): number {
    return this.#gapSeconds;
  }

  /** What the kubelet has said in the place of the log; empty when nothing. At most 1,024 characters. */
  get message(): string {
    return this.#message.trim();
  }

  /** The bytes of the container in a piece of the answer, in their order. */
  take(chunk: Buffer): Buffer[] {
    const given: Buffer[] = [];
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    while (bytes.length > 0) {
      if (this.#line === undefined) {
        const rest = this.#beginLine(bytes);
        if (rest === undefined) {
          this.#held = Buffer.from(bytes);
          break;
        }
        bytes = rest;
        continue;
      }
      const newline = bytes.indexOf(NEWLINE);
      const end = newline < 0 ? bytes.length : newline + 1;
      this.#give(bytes.subarray(0, end), given);
      if (newline >= 0) this.#endLine();
      bytes = bytes.subarray(end);
    }
    return given;
  }

  /** The answer has ended: what is held is no line of the container's. */
  end(): void {
    if (this.#held.length === 0 || instantOf(this.#held.toString('latin1')) !== undefined) return;
    this.#note(this.#held);
  }

  /** What stands behind the stamp; `undefined` when it is not whole yet. */
  #beginLine(bytes: Buffer): Buffer | undefined {
    const blank = bytes.subarray(0, MAX_STAMP_BYTES).indexOf(BLANK);
    const newline = bytes.subarray(0, MAX_STAMP_BYTES).indexOf(NEWLINE);
    const isWhole = blank >= 0 || newline >= 0 || bytes.length >= MAX_STAMP_BYTES;
    if (!isWhole) return undefined;
    const stamp = blank < 0 ? '' : bytes.toString('latin1', 0, blank);
    if (stamp !== this.#stamp && instantOf(stamp) === undefined) {
      this.#line = 'message';
      return bytes;
    }
    this.#line = this.#seeking ? this.#seek(stamp) : 'given';
    if (this.#line === 'given' && stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#lines = 0;
      this.#bytes = 0;
    }
    return bytes.subarray(blank + 1);
  }

  /** Whether a line is behind the cursor. */
  #seek(stamp: string): 'given' | 'left-out' {
    const { from } = this;
    const order = compareStamps(stamp, from.stamp);
    if (order < 0) return 'left-out';
    const isComplete = this.#passed === from.lines;
    if (order === 0 && !isComplete) {
      this.#passed += 1;
      return 'left-out';
    }
    this.#seeking = false;
    this.#gapSeconds = order;
    if (order === 0) {
      this.#bytes = 0;
      this.#skip = from.bytes;
    } else if (!isComplete || from.bytes > 0) {
      this.#hasHole = true;
    }
    return 'given';
  }

  #give(bytes: Buffer, given: Buffer[]): void {
    if (this.#line === 'message') this.#note(bytes);
    if (this.#line !== 'given') return;
    this.#bytes += bytes.length;
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    if (skipped < bytes.length) given.push(bytes.subarray(skipped));
  }

  #endLine(): void {
    if (this.#line === 'given') {
      this.#lines += 1;
      this.#bytes = 0;
      this.#skip = 0;
    }
    this.#line = undefined;
  }

  #note(bytes: Buffer): void {
    this.#message = (this.#message + bytes.toString()).slice(0, 1_024);
  }
}
