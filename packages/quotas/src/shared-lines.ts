import type { Origin } from './origin.js';
import { SharedQuota, type QuotaBounds } from './shared-quota.js';

/** Milliseconds for which lines are counted together. */
const WINDOW_MS = 60_000;

/** Lines in that time: over all, of one origin, the local socket included, and those that only that may cause. */
const bounds: QuotaBounds = { total: 240, perOrigin: 60, reserved: 60 };

/** The longest text of a line, in characters. */
const MAX_CHARACTERS = 256;

/**
 * Log lines that those outside cause: some of each origin are written, and the others counted, which the next line that is
 * written says. It alone writes its fields.
 */
export class SharedLines {
  #quota = new SharedQuota(bounds);
  #begun = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Writes a line, cut to 256 characters, or counts it.
   *
   * @param write takes each line that is written
   */
  write(origin: Origin, line: string, write: (line: string) => void): void {
    const now = this.now();
    if (now - this.#begun >= WINDOW_MS) {
      this.#quota = new SharedQuota(bounds);
      this.#begun = now;
    }
    const hasShare = this.#quota.heldBy(origin) < bounds.perOrigin;
    if (!hasShare || this.#quota.take(origin) !== 'taken') {
      this.#leftOut += 1;
      return;
    }
    if (this.#leftOut > 0) write(`${this.#leftOut} lines such as the next were left out`);
    this.#leftOut = 0;
    write(line.length > MAX_CHARACTERS ? `${line.slice(0, MAX_CHARACTERS)}...` : line);
  }
}
