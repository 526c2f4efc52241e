/** How long an update ID is remembered, in milliseconds. */
const REMEMBERED_MS = 3_600_000;

/** The most IDs remembered; beyond it the oldest are forgotten, and an update's epoch and sequence still stop repeats. */
const MAX_REMEMBERED = 32_768;

/** The IDs of routing updates already handled. */
export class SeenUpdates {
  readonly #times = new Map<string, number>();

  /** Remembers an ID; false when it was known already. */
  add(updateId: string, now: number): boolean {
    if (this.#times.has(updateId)) return false;
    this.#times.set(updateId, now);
    for (const [oldest, at] of this.#times) {
      if (this.#times.size <= MAX_REMEMBERED && now - at <= REMEMBERED_MS) break;
      this.#times.delete(oldest);
    }
    return true;
  }
}
