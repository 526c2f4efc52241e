/** How many tokens there are. */
export interface TokenBucketBounds {
  /** When nothing was taken for long. */
  readonly burst: number;
  readonly perSecond: number;
}

/** Tokens, of which more come with time up to a bound; full at first. It alone writes its fields. */
export class TokenBucket {
  #left: number | undefined;
  #filledAt = 0;

  /** Takes so many tokens; false, and nothing is taken, when there are not enough. `now` in milliseconds. */
  take(now: number, count: number, { burst, perSecond }: TokenBucketBounds): boolean {
    const gained = (Math.max(0, now - this.#filledAt) * perSecond) / 1000;
    const left = this.#left === undefined ? burst : Math.min(burst, this.#left + gained);
    this.#filledAt = now;
    this.#left = left < count ? left : left - count;
    return left >= count;
  }
}
