/** Milliseconds before the first retry, the factor from one to the next, and the longest wait. */
const firstMs = 200;
const factor = 1.5;
const longestMs = 30_000;

/** The wait before retry number `attempt` (from 0): growing, capped, and spread over half its length. */
export function backoffDelayMs(attempt: number, random: number): number {
  const full = Math.min(firstMs * factor ** Math.min(attempt, 50), longestMs);
  return full / 2 + (full / 2) * random;
}

/**
 * Waits between attempts to reach a node. News that the node is reachable ends a wait at once, also when it came
 * since the last wait.
 */
export class Backoff {
  /** Written by `wait` and `reset` only. */
  #attempt = 0;
  /** Set by `hurry`, cleared by `wait`. */
  #skipped = false;
  #wake: (() => void) | undefined;

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
          signal.removeEventListener('abort', done);
          this.#wake = undefined;
          resolve();
        };
        const timer = setTimeout(done, backoffDelayMs(this.#attempt, Math.random()));
        timer.unref();
        this.#wake = done;
        signal.addEventListener('abort', done, { once: true });
      });
      this.#attempt += 1;
    }
    this.#skipped = false;
  }
}
