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
export const defaultMaxLineBytes = 16 * 1024 * 1024;

const newline = 0x0a;
const carriageReturn = /\r/g;

/**
 * Takes lines off the front of a stream and leaves everything behind them in it, so that whoever comes next reads
 * the very next byte. Owns the stream's reading side only while {@link LineReader.next} is pending; at most
 * `maxLineBytes` are held.
 */
export class LineReader {
  /** Written by the error listener only. */
  #failure: Error | undefined;
  /**
   * The line begun is its first `#held` bytes; the rest is room. One buffer, for a line may come in millions of chunks, each
   * with a cost of its own. Both are written by `next` only.
   */
  #partial = Buffer.alloc(0);
  #held = 0;
  /** Ends the wait of `next`; written by it only. */
  #wake: (() => void) | undefined;

  constructor(
    private readonly stream: Duplex,
    private readonly maxLineBytes: number = defaultMaxLineBytes,
  ) {
    stream.on('error', (error: Error) => {
      this.#failure ??= error;
    });
    for (const event of ['end', 'error', 'close']) stream.on(event, () => this.#wake?.());
  }

  /**
   * The next line without its `\n` and without any `\r`; a last line cut off by the end counts. `undefined` at the
   * end of the stream.
   *
   * @throws ControlError `timeout`, `aborted`, `line-too-long`, or `closed` when the stream broke
   */
  async next(options: WaitOptions = {}): Promise<string | undefined> {
    for (;;) {
      const chunk = this.stream.read() as Buffer | null;
      if (chunk === null) {
        if (this.#failure) {
          throw new ControlError('closed', `connection broke: ${this.#failure.message}`, {
            cause: this.#failure,
          });
        }
        if (this.stream.readableEnded) return this.#held > 0 ? this.#take() : undefined;
        if (this.stream.destroyed) throw new ControlError('closed', 'connection was closed');
        await this.#change(options);
        continue;
      }
      const end = chunk.indexOf(newline);
      const part = end < 0 ? chunk : chunk.subarray(0, end);
      const length = this.#held + part.length;
      if (end >= 0 && end + 1 < chunk.length) this.stream.unshift(chunk.subarray(end + 1));
      if (length > this.maxLineBytes) {
        throw new ControlError('line-too-long', `line is longer than ${this.maxLineBytes} bytes`);
      }
      if (end >= 0 && this.#held === 0) return textOf(part);
      this.#keep(part);
      if (end >= 0) return this.#take();
    }
  }

  #keep(part: Buffer): void {
    const length = this.#held + part.length;
    if (length > this.#partial.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#partial.length, length));
      this.#partial.copy(larger, 0, 0, this.#held);
      this.#partial = larger;
    }
    part.copy(this.#partial, this.#held);
    this.#held = length;
  }

  #take(): string {
    const line = textOf(this.#partial.subarray(0, this.#held));
    this.#partial = Buffer.alloc(0);
    this.#held = 0;
    return line;
  }

  #change({ signal, timeoutMs }: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const { stream } = this;
      const settle = (error?: ControlError): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        stream.off('readable', onChange);
        this.#wake = undefined;
        if (error) reject(error);
        else resolve();
      };
      const onChange = (): void => {
        settle();
      };
      const onAbort = (): void => {
        settle(new ControlError('aborted', 'aborted by the caller', { cause: signal?.reason }));
      };
      const timer =
        timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
          ? undefined
          : setTimeout(() => {
              settle(new ControlError('timeout', `no answer within ${timeoutMs} ms`));
            }, timeoutMs);
      if (signal?.aborted) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#wake = onChange;
      stream.on('readable', onChange);
    });
  }
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replace(carriageReturn, '');
}
