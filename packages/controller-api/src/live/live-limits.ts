import { ApiError } from '../errors/api-error.js';

/** Streams and connections of one process, and of one user there. */
const MAX_ALL = 2000;
const MAX_OF_USER = 100;

/** Counts who follows something live, and lets no more in than there is room for. It alone writes its field. */
export class LiveLimits {
  readonly #ofUser = new Map<number, number>();
  #all = 0;

  /**
   * Takes a place.
   *
   * @returns gives it back
   * @throws {ApiError} 429, 503
   */
  enter(userId: number): () => void {
    const own = this.#ofUser.get(userId) ?? 0;
    if (own >= MAX_OF_USER)
      throw new ApiError(429, { detail: `At most ${MAX_OF_USER} streams of a user are allowed.` });
    if (this.#all >= MAX_ALL)
      throw new ApiError(503, { detail: 'Too many streams. Try again later.' });
    this.#ofUser.set(userId, own + 1);
    this.#all += 1;
    let isGiven = true;
    return () => {
      if (!isGiven) return;
      isGiven = false;
      this.#all -= 1;
      const left = (this.#ofUser.get(userId) ?? 1) - 1;
      if (left > 0) this.#ofUser.set(userId, left);
      else this.#ofUser.delete(userId);
    };
  }
}
