import { backoffDelay, errorText } from '@receptorjs/primitives';
import { setTimeout as wait } from 'node:timers/promises';
import { isPassing } from '../errors.js';

/** Milliseconds between attempts. */
const AGAIN = { first: 500, longest: 10_000 };

const byClock = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal });

/** How often a request is made again. */
export interface Retrying {
  /** Milliseconds for which it is. */
  readonly forMs: number;
  /** Says why it is not done yet. */
  readonly onProblem: (why: string) => void;
  /** Ends the wait between attempts, and nothing else. */
  readonly signal: AbortSignal;
  /** Waits between attempts. Default: by the clock */
  readonly pause?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
  /** Whether the same request may succeed later. Default: what {@link isPassing} says */
  readonly mayPass?: ((error: unknown) => boolean) | undefined;
}

/**
 * What a request to a cluster gives, made again while the cluster can't be asked.
 *
 * @throws what the attempt throws that is not to be made again; the signal's reason
 */
export async function retryPassing<T>(attempt: () => Promise<T>, retrying: Retrying): Promise<T> {
  const { forMs, onProblem, signal, mayPass = isPassing, pause = byClock } = retrying;
  const until = performance.now() + forMs;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !mayPass(error) || performance.now() >= until) throw error;
      onProblem(errorText(error));
    }
    await pause(backoffDelay(AGAIN, failures, Math.random()), signal);
  }
}
