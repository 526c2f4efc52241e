import { ownCopy } from '../own-copy.js';

/** How long an update ID is remembered, in milliseconds. */
const REMEMBERED_MS = 3_600_000;

/** The most IDs remembered; beyond it the oldest are forgotten. */
const MAX_REMEMBERED = 4096;

/**
 * The IDs of objections already handled. Ordinary updates need no such memory: epoch and sequence of the last one stop
 * repeats.
 *
 * See docs/decisions/0052-repeats-are-told-by-their-bytes.md.
 */
export class SeenUpdates {
  readonly #times = new Map<string, number>();

  get size(): number {
    return this.#times.size;
  }

  /** Remembers an ID; false when it was known already. */
  add(updateId: string, now: number): boolean {
    if (this.#times.has(updateId)) return false;
    this.#times.set(ownCopy(updateId), now);
    for (const [oldest, at] of this.#times) {
      if (this.#times.size <= MAX_REMEMBERED && now - at <= REMEMBERED_MS) break;
      this.#times.delete(oldest);
    }
    return true;
  }
}
