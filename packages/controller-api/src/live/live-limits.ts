import { ApiError } from '../errors/api-error.js';

/** Streams and connections of one process, and of one user there. */
const MAX_ALL = 2000;
const MAX_OF_USER = 100;

/** Counts streams and connections, and allows no more than there are slots. It alone writes its field. */
export class LiveLimits {
  readonly #ofUser = new Map<number, number>();
  #all = 0;

  /**
   * Acquires a slot.
   *
   * @returns releases it
   * @throws {ApiError} 429, 503
   */
  acquire(userId: number): () => void {
    const own = this.#ofUser.get(userId) ?? 0;
    if (own >= MAX_OF_USER)
      throw new ApiError(429, { detail: `At most ${MAX_OF_USER} streams of a user are allowed.` });
    if (this.#all >= MAX_ALL)
      throw new ApiError(503, { detail: 'Too many streams. Try again later.' });
    this.#ofUser.set(userId, own + 1);
    this.#all += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#all -= 1;
      const left = (this.#ofUser.get(userId) ?? 1) - 1;
      if (left > 0) this.#ofUser.set(userId, left);
      else this.#ofUser.delete(userId);
    };
  }
}
