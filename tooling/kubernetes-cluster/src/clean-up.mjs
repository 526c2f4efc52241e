import { isAlive } from './process-identity.mjs';
import { readTraces, removeTraces } from './traces.mjs';
import { until } from './until.mjs';

/** So long a cluster whose owner is gone may take to end itself. */
const ENDING_MS = 20_000;

/**
 * Removes what a cluster left that did not end in order. Whoever calls it has the machine's lock.
 *
 * @returns whether there was anything
 */
export async function cleanUp() {
  const traces = readTraces();
  if (traces === undefined) return false;
  const { isolation } = traces;
  if (isolation !== undefined) {
    const ended = () => !isAlive(isolation) || undefined;
    try {
      await until('the end of the last cluster', ended, ENDING_MS);
    } catch {
      process.kill(isolation.pid, 'SIGKILL');
      await until('the end of the last cluster', ended, ENDING_MS);
    }
  }
  // its own supervisor may have done it by now
  if (readTraces() !== undefined) await removeTraces(traces);
  return true;
}
