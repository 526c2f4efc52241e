import { TokenBucket, type TokenBucketBounds } from './token-bucket.js';

/** Limits how often lines of one kind are written, and counts those left out. It alone writes its fields. */
export class LineLimit {
  readonly #bounds: TokenBucketBounds;
  readonly #bucket = new TokenBucket();
  #leftOut = 0;

  constructor(bounds: TokenBucketBounds) {
    this.#bounds = bounds;
  }

  /**
   * Whether one more line is written: how many were left out since the last, or undefined for no.
   *
   * @param now - In milliseconds of any clock, always the same.
   */
  take(now: number): number | undefined {
    if (!this.#bucket.take(now, 1, this.#bounds)) {
      this.#leftOut++;
      return undefined;
    }
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    return leftOut;
  }
}
