import { lastLines } from '@receptorjs/workceptor/internal';

/** Bytes that are kept: more than are shown. */
const KEPT_BYTES = 8 * 1024;
/** Milliseconds for which a log is asked for. */
const READ_MS = 5_000;

/** The last of what a worker has written to stderr, for the report of its failure. It alone writes its fields. */
export class PodStderr {
  #kept: Buffer = Buffer.alloc(0);

  /** What there is to show. */
  get lastLines(): string | undefined {
    return lastLines(this.#kept.toString(), this.#kept.length < KEPT_BYTES);
  }

  /** Takes what has come. */
  take(bytes: Buffer): void {
    const kept = Buffer.concat([this.#kept, bytes]);
    this.#kept = kept.subarray(Math.max(0, kept.length - KEPT_BYTES));
  }

  /**
   * Takes the end of a log in the place of what has come, where there is one. Never rejects: the unit has failed all the same.
   *
   * @param log gives the last bytes of it
   */
  async read(log: (maxBytes: number, signal: AbortSignal) => Promise<string>): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort();
    }, READ_MS);
    try {
      const text = await log(KEPT_BYTES, late.signal);
      if (text !== '') this.#kept = Buffer.from(text);
    } catch {
      // what has come before is shown
    } finally {
      clearTimeout(timer);
    }
  }
}
