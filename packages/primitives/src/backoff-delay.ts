/** Bounds of a growing wait, in milliseconds. */
export interface BackoffBounds {
  /** The first wait. */
  readonly first: number;
  /** No wait is longer. */
  readonly longest: number;
  /** By which each wait is longer than the one before; default 2. */
  readonly factor?: number;
}

/** The wait has grown to any bound long before so many failures. */
const MAX_EXPONENT = 50;

/**
 * How long to wait before the next attempt, in milliseconds: exponential backoff, of which a random half to all is taken, so
 * that those that lost the same peer don't come back in step.
 *
 * @param failures - Attempts since the last success, 1 or more.
 * @param random - Uniform in [0, 1).
 */
export function backoffDelay(
  { first, longest, factor = 2 }: BackoffBounds,
  failures: number,
  random: number,
): number {
  const whole = Math.min(longest, first * factor ** Math.min(failures - 1, MAX_EXPONENT));
  return whole * (0.5 + random / 2);
}
