const WINDOW_MS = 300_000;
const MAX_FAILURES = 10;
const MAX_KEYS = 10_000;

interface Failures {
  count: number;
  /** When they are forgotten, in milliseconds. */
  until: number;
}

/**
 * Counts logins that failed, by address and by user name, and says who has to wait. It alone writes its field. What is counted is
 * bounded: the oldest are forgotten first.
 */
export class LoginLimit {
  readonly #failures = new Map<string, Failures>();

  /** @param now milliseconds */
  constructor(private readonly now: () => number) {}

  /** Seconds until one of the keys may be tried again; 0 for now. */
  waitOf(keys: readonly string[]): number {
    const now = this.now();
    const waits = keys.map((key) => {
      const failures = this.#failures.get(key);
      return failures !== undefined && failures.count >= MAX_FAILURES ? failures.until - now : 0;
    });
    return Math.max(0, Math.ceil(Math.max(...waits) / 1000));
  }

  failed(keys: readonly string[]): void {
    const now = this.now();
    for (const key of keys) {
      const known = this.#failures.get(key);
      const count = known !== undefined && known.until > now ? known.count + 1 : 1;
      this.#failures.delete(key);
      this.#failures.set(key, { count, until: now + WINDOW_MS });
      const [oldest] = this.#failures.keys();
      if (this.#failures.size > MAX_KEYS && oldest !== undefined) this.#failures.delete(oldest);
    }
  }

  succeeded(keys: readonly string[]): void {
    for (const key of keys) this.#failures.delete(key);
  }
}
