import { backoffDelay, onAbort } from '@receptorjs/primitives';

/** Bounds of the wait before a retry, in milliseconds. */
const bounds = { first: 200, longest: 30_000, factor: 1.5 };

/**
 * Waits between attempts to reach a node. That the node is reachable ends a wait at once, also when that was said
 * since the last wait.
 */
export class Backoff {
  /** Written by `wait` and `reset` only. */
  #attempt = 0;
  /** Set by `skip`, cleared by `wait`. */
  #skipped = false;
  #wake: (() => void) | undefined;

  /** @param longestMs the longest wait in milliseconds */
  constructor(private readonly longestMs = bounds.longest) {}

  /** The next wait is as short as the first one: the node was reached. */
  reset(): void {
    this.#attempt = 0;
  }

  /** Ends the wait now, or the next one. */
  skip(): void {
    this.#skipped = true;
    this.#wake?.();
  }

  /** Resolves when it is time for the next attempt, or when the signal fires. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#skipped && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          forget();
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(
          done,
          backoffDelay({ ...bounds, longest: this.longestMs }, this.#attempt + 1, Math.random()),
        );
        timer.unref();
        this.#wake = done;
        const forget = onAbort(signal, done);
      });
      this.#attempt += 1;
    }
    this.#skipped = false;
  }
}
