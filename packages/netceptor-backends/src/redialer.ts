import { onAbort } from '@receptorjs/primitives';
import { redialDelay } from './redial-delay.js';

/** A link must stand for so long before the next redial starts with a short wait again. */
const STOOD_MS = 5_000;

/** What became of an attempt once its link is gone. */
export interface AttemptEnd {
  /** How long the link was established, in milliseconds; 0 when it never was. */
  readonly stoodMs: number;
  /** Whether one end has rejected the other; default false. */
  readonly rejected?: boolean;
}

/**
 * Makes one attempt: resolves when its link is closed again or never came up, and gives up when the signal fires. Says by
 * itself why it failed.
 */
export type Attempt = (signal: AbortSignal) => Promise<AttemptEnd>;

/** Repeats an attempt until closed, with growing waits between. It alone writes its fields. */
export class Redialer {
  readonly #attempt: Attempt;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
    this.#done = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let failures = 0;
    let rejects = 0;
    while (!signal.aborted) {
      const { stoodMs, rejected = false } = await this.#attempt(signal);
      rejects = rejected ? rejects + 1 : 0;
      failures = stoodMs >= STOOD_MS ? 1 : failures + 1;
      const delay = rejected
        ? redialDelay(rejects, Math.random(), 'rejected')
        : redialDelay(failures, Math.random());
      await wait(delay, signal);
    }
  }
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      stopListening();
      resolve();
    }, milliseconds);
    const stopListening = onAbort(signal, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
