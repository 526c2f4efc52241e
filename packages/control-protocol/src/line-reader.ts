import { isDirectStream, onAbort, type DirectStream } from '@receptorjs/primitives';
import type { Duplex } from 'node:stream';
import { ControlError } from './errors.js';

/** How long and until which signal to wait for a line. */
export interface WaitOptions {
  /** Ends the wait with a ControlError `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; `Infinity` for no limit. Ends the wait with a ControlError `timeout`. */
  readonly timeoutMs?: number | undefined;
}

/** 16 MiB: a line holds the parameters of a job, which may carry whole manifests. */
export const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;

const NEWLINE = 0x0a;
const carriageReturn = /\r/g;

/** Bytes after which it is asked what a line begins with, when it has not ended. */
const BEGIN_BYTES = 32;

/** Bytes looked at first for the end of a line. What is read with it is put back, so with much of it a short line costs much. */
const FIRST_BYTES = 512;

/** Memory that bytes are put into. */
export interface ByteReceiver {
  /** Room for what comes next, of at least a byte; resolves later when there is none now. */
  room(): Buffer | Promise<Buffer>;
  /** The first `bytes` bytes of the room that was given last are filled; none when it was not needed. What comes next waits for it. */
  filled(bytes: number): void | Promise<void>;
}

/** Bytes from which on they are read past the buffers of a stream of the mesh, and how much is looked at then for the end of a line. */
const DIRECT_BYTES = 65_536;
/** Where lines of those are looked for: what is read there is copied or put back before anybody else reads. */
const scratch = Buffer.allocUnsafeSlow(DIRECT_BYTES);
const firstScratch = scratch.subarray(0, FIRST_BYTES);

/** How lines are bounded, and what becomes of one that is not whole. */
export interface LineReaderOptions {
  /** Longest line in bytes; default 16 MiB. */
  readonly maxLineBytes?: number | undefined;
  /** Counts the memory of a line that has begun and not ended; `take` says whether there is any left. Default: uncounted. */
  readonly unfinished?:
    | {
        /** Asks for memory; false when there is none left. */
        readonly take: (bytes: number) => boolean;
        /** Gives memory back. */
        readonly give: (bytes: number) => void;
      }
    | undefined;
  /** Whether a line may begin so; it is asked when a line has some 32 bytes and no end yet. Default: it may. */
  readonly mayBegin?: ((begin: string) => boolean) | undefined;
  /** Whether what stands before the end of the stream without a `\n` is a line; default true. */
  readonly isCutOffLine?: boolean | undefined;
}

/**
 * Takes lines, and numbers of bytes, off the front of a stream and leaves everything behind them in it, so that the next reader reads
 * the very next byte. Owns the stream's reading side only while {@link LineReader.next} or {@link LineReader.bytes} is pending; at most
 * `maxLineBytes` are held.
 */
export class LineReader {
  /** Written by the error listener only. */
  #failure: Error | undefined;
  /**
   * The line begun is its first `#held` bytes; the rest is room. One buffer, for a line may come in millions of chunks, each
   * with a cost of its own. Both are written by `#keep` and `#take` only.
   */
  #partial = Buffer.alloc(0);
  #held = 0;
  /** Whether what the line begins with was asked for; written by `next` and `#take` only. */
  #hasBegun = false;
  /** Ends the wait of `next`; written by it only. */
  #wake: (() => void) | undefined;
  readonly #options: LineReaderOptions;
  /**
   * The stream, while what has arrived is read without the buffers of a `Duplex`: from the first bytes on that are many, for few of them
   * cost less with those. Written by `bytesTo` and `bytes` only.
   */
  #direct: DirectStream | undefined;

  constructor(
    private readonly stream: Duplex,
    options: LineReaderOptions = {},
  ) {
    this.#options = options;
    stream.on('error', (error: Error) => {
      this.#failure ??= error;
    });
    for (const event of ['end', 'error', 'close']) stream.on(event, () => this.#wake?.());
  }

  /**
   * The next line without its `\n` and without any `\r`; a last line cut off by the end counts unless the options say otherwise.
   * `undefined` at the end of the stream.
   *
   * @throws {ControlError} `timeout`, `aborted`, `line-too-long`, `line-refused` when it must not begin so or there is no memory left for
   *   it, `line-cut-off`, or `closed` when the stream broke
   */
  async next(options: WaitOptions = {}): Promise<string | undefined> {
    const { maxLineBytes = DEFAULT_MAX_LINE_BYTES, isCutOffLine = true } = this.#options;
    for (let isFirst = true; ;) {
      const chunk = this.#partNow(isFirst);
      if (chunk === 'none yet') {
        await this.#change(options);
        continue;
      }
      if (chunk === undefined) {
        if (this.#held === 0) return undefined;
        if (isCutOffLine) return this.#take();
        throw new ControlError('line-cut-off', 'the line is not ended by a line break');
      }
      isFirst = false;
      const end = chunk.indexOf(NEWLINE);
      const part = end < 0 ? chunk : chunk.subarray(0, end);
      const length = this.#held + part.length;
      if (end >= 0 && end + 1 < chunk.length) this.#putBack(chunk.subarray(end + 1));
      if (length > maxLineBytes) {
        throw new ControlError('line-too-long', `line is longer than ${maxLineBytes} bytes`);
      }
      if (end >= 0 && this.#held === 0) return textOf(part);
      this.#keep(part);
      if (end >= 0) return this.#take();
      this.#checkBegin();
    }
  }

  /**
   * So many bytes as they come, and none behind them.
   *
   * @throws {ControlError} `closed` when the stream ends before, `aborted`, `timeout` when the next of them do not come in time
   */
  async *bytes(count: number, options: WaitOptions = {}): AsyncGenerator<Buffer, void> {
    this.#direct = undefined;
    let left = count;
    while (left > 0) {
      const chunk = this.#chunkNow(left);
      if (chunk === 'none yet') {
        await this.#change(options);
        continue;
      }
      if (chunk === undefined) throw endedEarly(left);
      left -= chunk.length;
      yield chunk;
    }
  }

  /**
   * Puts so many bytes into memory of a receiver as they come, and none behind them.
   *
   * @throws {ControlError} as {@link LineReader.bytes}; whatever the receiver throws
   */
  async bytesTo(count: number, receiver: ByteReceiver, options: WaitOptions = {}): Promise<void> {
    this.#direct = count >= DIRECT_BYTES && isDirectStream(this.stream) ? this.stream : undefined;
    for (let left = count; left > 0;) {
      const given = receiver.room();
      const room = given instanceof Promise ? await given : given;
      const bytes = this.#bytesNow(left < room.length ? room.subarray(0, left) : room);
      const length = typeof bytes === 'object' ? bytes.length : 0;
      const taken = receiver.filled(length);
      // waited for from now on, whatever time the receiver takes: else what comes meanwhile is missed
      const change = bytes === 'none yet' ? this.#change(options) : undefined;
      if (change) await Promise.all([taken, change]);
      else if (taken) await taken;
      if (bytes === undefined) throw endedEarly(left);
      left -= length;
      if (options.signal?.aborted) throw aborted(options.signal);
    }
  }

  /** What may be part of a line: of the first of them as little as most lines have. */
  #partNow(isFirst: boolean): Buffer | undefined | 'none yet' {
    if (this.#direct) return this.#bytesNow(isFirst ? firstScratch : scratch);
    return this.#chunkNow(isFirst ? FIRST_BYTES : Number.POSITIVE_INFINITY);
  }

  /** What has arrived, in the memory that is given, as far as there is room; else as {@link LineReader.#chunkNow}. */
  #bytesNow(memory: Buffer): Buffer | undefined | 'none yet' {
    if (this.#direct) {
      const length = this.#direct.readNow(memory);
      return length > 0 ? memory.subarray(0, length) : this.#whyNone();
    }
    const chunk = this.#chunkNow(memory.length);
    if (chunk === 'none yet' || chunk === undefined) return chunk;
    return memory.subarray(0, chunk.copy(memory));
  }

  #putBack(rest: Buffer): void {
    this.stream.unshift(this.#direct ? Buffer.from(rest) : rest);
  }

  /**
   * What has arrived, up to `most` bytes; `undefined` at the end of the stream. Without a wait: a long line comes in many pieces, and
   * while one is waited for without need more of it piles up.
   */
  #chunkNow(most: number): Buffer | undefined | 'none yet' {
    // a stream may push while it is read: never more than was asked for
    if (this.stream.readableLength === 0) this.stream.read(0);
    const length = Math.min(this.stream.readableLength, most);
    const chunk = length > 0 ? (this.stream.read(length) as Buffer | null) : null;
    return chunk ?? this.#whyNone();
  }

  #whyNone(): undefined | 'none yet' {
    if (this.#failure) {
      throw new ControlError('closed', `connection broke: ${this.#failure.message}`, {
        cause: this.#failure,
      });
    }
    if (this.stream.readableEnded) return undefined;
    if (this.stream.destroyed) throw new ControlError('closed', 'connection was closed');
    return 'none yet';
  }

  /** Lets go of a line that has begun: nothing more is read. */
  release(): void {
    this.#options.unfinished?.give(this.#partial.length);
    this.#partial = Buffer.alloc(0);
    this.#held = 0;
  }

  #keep(part: Buffer): void {
    const length = this.#held + part.length;
    if (length > this.#partial.length) {
      const size = this.#roomFor(length);
      const larger = Buffer.allocUnsafeSlow(size);
      this.#partial.copy(larger, 0, 0, this.#held);
      this.#partial = larger;
    }
    part.copy(this.#partial, this.#held);
    this.#held = length;
  }

  /** Twice the room of before, or what is needed where there is less memory left. */
  #roomFor(length: number): number {
    const { unfinished } = this.#options;
    const before = this.#partial.length;
    for (const size of [Math.max(2 * before, length), length]) {
      if (unfinished === undefined || unfinished.take(size - before)) return size;
    }
    const text = 'too many bytes of lines that have not ended; send a line at once';
    throw new ControlError('line-refused', text);
  }

  #checkBegin(): void {
    const { mayBegin } = this.#options;
    if (this.#hasBegun || this.#held < BEGIN_BYTES || mayBegin === undefined) return;
    this.#hasBegun = true;
    if (mayBegin(textOf(this.#partial.subarray(0, BEGIN_BYTES)))) return;
    throw new ControlError('line-refused', 'Unknown command');
  }

  #take(): string {
    const line = textOf(this.#partial.subarray(0, this.#held));
    this.release();
    this.#hasBegun = false;
    return line;
  }

  #change({ signal, timeoutMs }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stream } = this;
      let forget = (): void => undefined;
      const settle = (error?: ControlError): void => {
        clearTimeout(timer);
        forget();
        stream.off('readable', onChange);
        if (this.#wake === onChange) this.#wake = undefined;
        if (error) reject(error);
        else resolve();
      };
      const onChange = (): void => {
        settle();
      };
      const timer =
        timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
          ? undefined
          : setTimeout(() => {
              settle(new ControlError('timeout', `no answer within ${timeoutMs} ms`));
            }, timeoutMs);
      this.#wake = onChange;
      if (this.#direct) this.#direct.whenReadable(onChange);
      else stream.on('readable', onChange);
      forget = onAbort(signal, () => {
        settle(aborted(signal));
      });
    });
  }
}

function aborted(signal: AbortSignal | undefined): ControlError {
  return new ControlError('aborted', 'aborted by the caller', { cause: signal?.reason });
}

function endedEarly(left: number): ControlError {
  return new ControlError('closed', `connection ended ${left} bytes early`);
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(carriageReturn, '');
}
