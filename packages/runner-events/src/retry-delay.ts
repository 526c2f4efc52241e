import { backoffDelay } from '@receptorjs/primitives';

/** Bounds of the wait before a message is sent again, in milliseconds. */
export const RETRY_BOUNDS = { first: 200, longest: 30_000 } as const;

/**
 * How long to wait before the next attempt: doubles from 200 ms to 30 s, of which a random half to all is taken so that
 * runners that lost the same receiver don't come back in step.
 *
 * @param failures Attempts since the last success, 1 or more.
 * @param random Uniform in [0, 1).
 */
export function retryDelay(failures: number, random: number): number {
  return backoffDelay(RETRY_BOUNDS, failures, random);
}
