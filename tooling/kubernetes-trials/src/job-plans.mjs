import { randomOf } from '@receptorjs/tooling-crash-matrix/random';

/** Spreads the seeds of jobs. */
const STRIDE = 7919;
const MOST_LINES = 1500;
const MOST_BURSTS = 5;
const MOST_STDIN_BYTES = 200_000;
const MOST_WAIT_MS = 6_000;

/**
 * What one job does, and what is done to it. All of it follows from the seed.
 *
 * @typedef {object} JobPlan
 * @property {number} lines in each burst
 * @property {number} bursts one a second
 * @property {number} stdinBytes which it writes behind its lines
 * @property {'keep' | 'cancel' | 'release'} fate what happens to it early, `keep` for nothing
 * @property {number} waitMs from its start until that
 */

/** @param {number} seed @param {number} at @returns {JobPlan} */
export function planOf(seed, at) {
  const random = randomOf(seed * STRIDE + at);
  const below = (/** @type {number} */ most) => Math.floor(random() * most);
  const chance = random();
  return {
    lines: 1 + below(MOST_LINES),
    bursts: 1 + below(MOST_BURSTS),
    stdinBytes: random() < 0.3 ? 1 + below(MOST_STDIN_BYTES) : 0,
    fate: chance < 0.2 ? 'cancel' : chance < 0.3 ? 'release' : 'keep',
    waitMs: below(MOST_WAIT_MS),
  };
}
