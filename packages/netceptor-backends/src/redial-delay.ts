import { backoffDelay } from '@receptorjs/primitives';

/** Bounds of the wait before a redial, in milliseconds: after an attempt that failed, and after one that either end rejected. */
export const REDIAL_BOUNDS = {
  failed: { first: 100, longest: 20_000 },
  rejected: { first: 5_000, longest: 40_000 },
} as const;

/**
 * How long to wait before the next attempt: doubles from 100 ms to 20 s, after a reject from 5 s to 40 s, of which a
 * random half to all is taken so that peers that lost the same node don't come back in step.
 *
 * @param failures - Attempts of the kind since the link last stood, 1 or more.
 * @param random - Uniform in [0, 1).
 */
export function redialDelay(
  failures: number,
  random: number,
  kind: keyof typeof REDIAL_BOUNDS = 'failed',
): number {
  return backoffDelay(REDIAL_BOUNDS[kind], failures, random);
}
