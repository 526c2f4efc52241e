const WINDOW_MS = 300_000;
const MAX_FAILURES = 10;
const MAX_KEYS = 10_000;

interface Failures {
  count: number;
  /** When they are forgotten, in milliseconds. */
  until: number;
}

/**
 * Counts logins that failed, by address and by user name, and says who has to wait. It alone writes its fields. What is counted is
 * bounded: the oldest are forgotten first.
 */
export class LoginLimit {
  readonly #failures = new Map<string, Failures>();
  /** How many logins of a key are looked at. */
  readonly #underWay = new Map<string, number>();
  #waiting: (() => void)[] = [];

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

  /**
   * Lets a login be looked at, once so few of its keys are that no more can fail than are allowed: many at once are no way around it.
   *
   * @returns seconds to wait; 0 for one that may be looked at, which is told of by `left`
   */
  async enter(keys: readonly string[]): Promise<number> {
    for (;;) {
      const wait = this.waitOf(keys);
      if (wait > 0) return wait;
      if (keys.every((key) => this.#countOf(key) < MAX_FAILURES)) break;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    for (const key of keys) this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
    return 0;
  }

  /** A login was looked at. @param isRight nothing where that could not be found out */
  left(keys: readonly string[], isRight: boolean | undefined): void {
    for (const key of keys) {
      const others = (this.#underWay.get(key) ?? 1) - 1;
      if (others > 0) this.#underWay.set(key, others);
      else this.#underWay.delete(key);
    }
    if (isRight === true) for (const key of keys) this.#failures.delete(key);
    if (isRight === false) this.#failed(keys);
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Those that have failed, and those that may. */
  #countOf(key: string): number {
    const { count = 0, until = 0 } = this.#failures.get(key) ?? {};
    return (until > this.now() ? count : 0) + (this.#underWay.get(key) ?? 0);
  }

  #failed(keys: readonly string[]): void {
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
}
