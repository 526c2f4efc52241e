import { rmSync } from 'node:fs';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'trials');

/**
 * @typedef {object} Result
 * @property {string[]} problems what does not hold
 * @property {string} text for people
 *
 * @typedef {object} TrialContext
 * @property {string} folder of the trial; removed afterwards
 * @property {import('./trial-options.mjs').TrialOptions} options
 * @property {(line: string) => void} say how far it is
 *
 * @typedef {(context: TrialContext) => Promise<Result>} Trial
 */

/** Names of all trials: those of their files. */
export async function trialNames() {
  const names = await readdir(folder);
  return names.map((name) => name.replace(/\.mjs$/, '')).sort();
}

/**
 * Runs one trial in a folder of its own.
 *
 * @param {string} name
 * @param {Pick<TrialContext, 'options' | 'say'>} context
 * @returns {Promise<Result>}
 */
export async function runTrial(name, context) {
  /** @type {{ default: Trial }} */
  const { default: trial } = await import(new URL(`trials/${name}.mjs`, import.meta.url).href);
  // short, for the sockets in it
  const place = await mkdtemp(join(tmpdir(), 'ct-'));
  const remove = () => {
    if (!context.options.keep) rmSync(place, { recursive: true, force: true });
  };
  // nothing is left of a trial that is ended early
  process.once('exit', remove);
  try {
    return await trial({ ...context, folder: place });
  } finally {
    process.off('exit', remove);
    remove();
  }
}
