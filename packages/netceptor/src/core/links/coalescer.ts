/**
 * When a task that many things ask for is to run: at once when it has rested long enough, otherwise as soon as it has,
 * and every `period` in any case. It alone writes its fields.
 */
export class Coalescer {
  #dueAt: number;
  #lastRun = -Infinity;
  readonly #rest: number;
  readonly #period: number;

  /** `rest` and `period` in milliseconds; the first periodic run is one period after `now`. */
  constructor(now: number, rest: number, period: number) {
    this.#rest = rest;
    this.#period = period;
    this.#dueAt = now + period;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  /** Asks for a run; `rest` in milliseconds replaces the usual one. */
  request(now: number, rest = this.#rest): void {
    this.#dueAt = Math.min(this.#dueAt, Math.max(now, this.#lastRun + rest));
  }

  /** Like {@link request}, and not before `delay` milliseconds have passed, in which more may come. */
  requestAfter(now: number, delay: number): void {
    this.request(Math.max(now + delay, this.#lastRun + this.#rest));
  }

  /** Like {@link request}, without the rest. */
  requestNow(now: number): void {
    this.#dueAt = Math.min(this.#dueAt, now);
  }

  /** True when the task is to run now; it counts as run. */
  take(now: number): boolean {
    if (now < this.#dueAt) return false;
    this.#lastRun = now;
    this.#dueAt = now + this.#period;
    return true;
  }
}
