/** The longest wait a timer takes. */
const MAX_WAIT_MS = 0x7fffffff;

/** One timer that can be moved; moved to later, it fires early once and is set again. It alone writes its fields. */
export class MovableTimer {
  readonly #fire: () => void;
  #timer: NodeJS.Timeout | undefined;
  #firesAt = Infinity;

  constructor(fire: () => void) {
    this.#fire = fire;
  }

  /** Fires at `dueAt` or earlier; both times in milliseconds of one clock. */
  set(now: number, dueAt: number): void {
    if (dueAt >= this.#firesAt) return;
    clearTimeout(this.#timer);
    this.#firesAt = dueAt;
    const wait = Math.min(Math.max(0, Math.ceil(dueAt - now)), MAX_WAIT_MS);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#firesAt = Infinity;
      this.#fire();
    }, wait);
  }

  /** Does not fire until it is set again. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Infinity;
  }
}
