/** Bounds of the wait before a redial, in milliseconds. */
export const REDIAL_BOUNDS = { first: 100, longest: 20_000 } as const;

/**
 * How long to wait before the next attempt: doubles from 100 ms to 20 s, of which a random half to all is taken so that
 * peers that lost the same node don't come back in step.
 *
 * @param failures - Attempts since the link last stood, 1 or more.
 * @param random - Uniform in [0, 1).
 */
export function redialDelay(failures: number, random: number): number {
  const whole = Math.min(
    REDIAL_BOUNDS.longest,
    REDIAL_BOUNDS.first * 2 ** Math.min(failures - 1, 16),
  );
  return whole * (0.5 + random / 2);
}
