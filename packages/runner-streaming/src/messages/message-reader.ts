import { LoopTurns } from '@receptorjs/bounded-json';
import { DecodedText } from '@receptorjs/runner-core/internal';
import { StreamError } from '../errors.js';

/** Longest line that is read, in bytes: the largest event, should each byte of its 64 MiB of text take six in JSON, and its data. */
export const MAX_LINE_BYTES = 450 * 1024 * 1024;

/**
 * Reads a stream that mixes lines with stretches of known length. Owns what was received and not read yet:
 * one chunk, and while a line is incomplete, that line.
 */
export class MessageReader {
  readonly #input: AsyncIterator<Buffer>;
  readonly #turns = new LoopTurns();
  #chunk: Buffer = Buffer.alloc(0);
  /** Bytes of the stream that have come. */
  #received: number;

  /** @param from bytes of the stream that were read before */
  constructor(input: AsyncIterable<Buffer | string>, from = 0) {
    this.#input = asBuffers(input)[Symbol.asyncIterator]();
    this.#received = from;
  }

  /** Bytes of the stream up to where it is read. */
  get position(): number {
    return this.#received - this.#chunk.length;
  }

  /**
   * The next line without its end; the last one may lack it. `undefined` at the end of the stream. However short the lines
   * are, other work of the process gets its turn between them.
   *
   * @throws {StreamError} 'bad-line' when the line is longer than {@link MAX_LINE_BYTES}; it is behind then, and
   * reading can go on.
   */
  async line(): Promise<string | undefined> {
    await this.#turns.due();
    const line = new DecodedText();
    for (;;) {
      const end = this.#chunk.indexOf(10);
      if (end >= 0) {
        line.push(this.#chunk.subarray(0, end));
        this.#chunk = this.#chunk.subarray(end + 1);
        break;
      }
      line.push(this.#chunk);
      if (line.bytes > MAX_LINE_BYTES) {
        line.clear();
        await this.#passLine();
        throw new StreamError('bad-line', `a line is longer than ${MAX_LINE_BYTES} bytes`);
      }
      if (!(await this.#more())) {
        if (line.bytes === 0) return undefined;
        break;
      }
    }
    return line.take();
  }

  /** Takes no more of what is read from. */
  async close(): Promise<void> {
    this.#chunk = Buffer.alloc(0);
    await this.#input.return?.();
  }

  /** Gives bytes back that were read too far; they come next. */
  giveBack(bytes: Buffer): void {
    this.#chunk = this.#chunk.length === 0 ? bytes : Buffer.concat([bytes, this.#chunk]);
  }

  /** The next bytes as they lie ready, at least one; `undefined` at the end of the stream. */
  async some(): Promise<Buffer | undefined> {
    while (this.#chunk.length === 0) if (!(await this.#more())) return undefined;
    const piece = this.#chunk;
    this.#chunk = Buffer.alloc(0);
    return piece;
  }

  /**
   * Exactly the next `length` bytes, piece by piece; take all of them before reading on.
   *
   * @throws {StreamError} 'truncated' when the stream ends before.
   */
  async *bytes(length: number): AsyncGenerator<Buffer> {
    let left = length;
    while (left > 0) {
      if (this.#chunk.length === 0 && !(await this.#more()))
        throw new StreamError(
          'truncated',
          `the stream ended ${left} bytes before the end of an archive`,
        );
      const piece = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }

  /** Drops everything up to the end of the line. */
  async #passLine(): Promise<void> {
    for (;;) {
      const end = this.#chunk.indexOf(10);
      this.#chunk = this.#chunk.subarray(end < 0 ? this.#chunk.length : end + 1);
      if (end >= 0 || !(await this.#more())) return;
    }
  }

  async #more(): Promise<boolean> {
    const next = await this.#input.next();
    this.#chunk = next.done === true ? Buffer.alloc(0) : next.value;
    this.#received += this.#chunk.length;
    return next.done !== true;
  }
}

async function* asBuffers(input: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  for await (const piece of input) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}
