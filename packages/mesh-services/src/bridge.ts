import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Joins two connections until both directions have ended. The end of one direction is handed on as the end of that
 * direction only; a failure of either connection ends both. Data waits in the streams' own buffers, so a slow reader
 * slows its writer.
 *
 * @throws the first failure
 */
export async function bridge(a: Duplex, b: Duplex): Promise<void> {
  const outcomes = await Promise.allSettled([pipeline(a, b), pipeline(b, a)]);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}
