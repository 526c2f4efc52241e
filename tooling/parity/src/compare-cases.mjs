import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare } from './compare.mjs';
import { intended } from './intended.mjs';
import { runOurs, runTheirs } from './runners.mjs';

/** Cases that run at once. */
const AT_ONCE = 2;

/**
 * @typedef {object} CaseOutcome
 * @property {string} name
 * @property {number} events of ours
 * @property {import('./compare.mjs').Difference[]} differences that are not intended
 * @property {number} intended differences that are on the list
 * @property {string} [failure] why it could not be compared
 */
/** @typedef {{ cases: CaseOutcome[], differing: number, unused: string[] }} Outcome */

/**
 * Runs cases with both runners, a few at a time, and compares.
 *
 * @param {readonly import('./cases.mjs').Case[]} chosen
 * @param {string} venv virtual environment with ansible-runner and Ansible
 * @param {object} options
 * @param {boolean} options.all what stands on the list of intended differences must occur
 * @param {(outcome: CaseOutcome) => void} [options.onCase] called for each case when it is done
 * @returns {Promise<Outcome>}
 */
export async function compareCases(chosen, venv, { all, onCase }) {
  /** @type {Set<string>} */
  const used = new Set();
  /** @type {(CaseOutcome | undefined)[]} */
  const outcomes = chosen.map(() => undefined);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < chosen.length; at = next++) {
      const test = chosen[at];
      if (test === undefined) continue;
      const outcome = await compareCase(test, venv, used);
      outcomes[at] = outcome;
      onCase?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const done = outcomes.filter((outcome) => outcome !== undefined);
  return {
    cases: done,
    differing: done.filter((one) => one.differences.length > 0 || one.failure !== undefined).length,
    unused: all
      ? intended
          .filter(({ name, since }) => since === undefined && !used.has(name))
          .map(({ name }) => name)
      : [],
  };
}

/**
 * @param {import('./cases.mjs').Case} test
 * @param {string} venv
 * @param {Set<string>} used names of intended differences that occurred
 * @returns {Promise<CaseOutcome>}
 */
async function compareCase(test, venv, used) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'parity-')));
  try {
    // Of the same length, because Ansible breaks lines.
    const ours = await runOurs(test, join(folder, 'our'), venv);
    const theirs = await runTheirs(test, join(folder, 'its'), venv);
    const found = compare(test.name, ours, theirs, test.ownPace);
    const differences = found.filter((difference) => {
      const entries = intended.filter(({ covers }) => covers(difference));
      for (const { name } of entries) used.add(name);
      return entries.length === 0;
    });
    return {
      name: test.name,
      events: ours.events.length,
      differences,
      intended: found.length - differences.length,
    };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { name: test.name, events: 0, differences: [], intended: 0, failure };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
