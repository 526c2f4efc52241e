import { slicesOf } from '@receptorjs/runner-core/internal';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Archive } from '../archive/archive.js';
import { encodeBase64 } from './base64.js';
import { StreamError } from '../errors.js';

/** Characters of a line above which it is handed over in slices, so that it is not there once more as bytes. */
const LARGE_LINE = 1024 * 1024;

/**
 * Writes the lines and archives of a stream, one after the other, and keepalive events while nothing else
 * is written. Every write waits until the output takes more.
 */
export class MessageWriter {
  readonly #output: Writable;
  readonly #keepaliveMs: number;
  #timer: NodeJS.Timeout | undefined;
  /** The write that is under way; the next one waits for it. */
  #last: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  #ended = false;

  /** @param keepaliveSeconds Seconds of silence after which a keepalive is sent; 0 for none. */
  constructor(output: Writable, keepaliveSeconds = 0) {
    this.#output = output;
    this.#keepaliveMs = keepaliveSeconds * 1000;
    output.on('error', (error: Error) => (this.#failure ??= error));
    this.#restart();
  }

  /** Writes `text` and a line end. */
  line(text: string): Promise<void> {
    return this.#next(() => this.#line(text));
  }

  /** As {@link line}, unless the end of the stream was written before. */
  unlessEnded(text: string): Promise<void> {
    return this.#next(async () => {
      if (!this.#ended) await this.#line(text);
    });
  }

  /** Writes the archive as a `zipfile` line and base64 without line end. */
  archive(archive: Archive): Promise<void> {
    return this.#next(async () => {
      await this.#write(`{"zipfile": ${archive.size}}\n`);
      for await (const piece of encodeBase64(archive.bytes)) await this.#write(piece);
    });
  }

  /** Writes the end of the stream; no keepalive follows. Resolves when all of it was handed over. */
  async end(): Promise<void> {
    await this.#next(async () => {
      this.#ended = true;
      this.#requireOutput();
      await new Promise<void>((resolve, reject) => {
        this.#output.write('{"eof": true}\n', (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    });
  }

  async #line(text: string): Promise<void> {
    if (text.length < LARGE_LINE) return this.#write(`${text}\n`);
    for (const slice of slicesOf(text)) await this.#write(slice);
    await this.#write('\n');
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(async () => {
      clearTimeout(this.#timer);
      await work();
      if (!this.#ended) this.#restart();
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #write(data: string | Buffer): Promise<void> {
    this.#requireOutput();
    if (this.#output.write(data)) return;
    const answered = new AbortController();
    const { signal } = answered;
    try {
      await Promise.race([
        once(this.#output, 'drain', { signal }),
        once(this.#output, 'close', { signal }),
      ]);
    } finally {
      answered.abort();
    }
    this.#requireOutput();
  }

  /** An output that was destroyed does not say so again, so nothing may be waited for. */
  #requireOutput(): void {
    const failure = this.#failure ?? this.#output.errored;
    if (failure) throw failure;
    if (this.#output.destroyed)
      throw new StreamError('truncated', 'The output was closed before all was written.');
  }

  #restart(): void {
    if (this.#keepaliveMs <= 0) return;
    this.#timer = setTimeout(() => {
      void this.line('{"event": "keepalive", "counter": 0, "uuid": 0}').catch(() => undefined);
    }, this.#keepaliveMs);
  }
}
