import { loadavg } from 'node:os';

/**
 * What a trial has found, for people and for tests.
 *
 * @param {import('./control-plane.mjs').ControlPlane} plane
 * @param {object} found
 * @param {string[]} [found.problems] what does not hold besides the account
 * @param {readonly (readonly [what: string, value: string | number])[]} [found.rows]
 * @param {number} found.begun when it began, by `performance.now()`
 * @returns {Promise<import('./run-trial.mjs').Result>}
 */
export async function resultOf(plane, { problems = [], rows = [], begun }) {
  const account = await plane.account();
  const left = await plane.unitsLeft();
  if (left.length > 0) problems.push(`units are left: ${left.join(', ')}`);
  /** @type {(readonly [string, string | number])[]} */
  const all = [
    ['jobs', account.jobs],
    ['jobs lost', account.jobsLost],
    ['events lost', account.eventsLost],
    ['events doubled', account.eventsDoubled],
    ['runs doubled, by the witness', account.runsDoubled],
    ['runs that have not come to their end, by the witness', account.runsLost],
    ['units left at nodes', left.length],
    ...rows,
    ['seconds', Math.round((performance.now() - begun) / 1000)],
    [
      'load of the machine',
      loadavg()
        .map((load) => load.toFixed(1))
        .join(' '),
    ],
  ];
  return {
    problems: [...problems, ...account.problems],
    text: all.map(([what, value]) => `  ${what}: ${value}`).join('\n'),
  };
}

/** Milliseconds as people read them. @param {readonly number[]} times */
export function timesOf(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return `median ${at(0.5)} ms, longest ${at(1)} ms`;
}
