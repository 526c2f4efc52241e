import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** This checkout. */
export const here = join(import.meta.dirname, '..', '..', '..');

/**
 * @typedef {object} Commands what is attacked
 * @property {string} receptor
 * @property {string} runner
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * The commands of a built checkout, or others in their place.
 *
 * @param {{ root?: string | undefined, receptor?: string | undefined, runner?: string | undefined }} [choice]
 * @returns {Commands}
 */
export function commandsOf({ root = here, receptor, runner } = {}) {
  const venv = process.env.RECEPTORJS_VENV ?? join(here, '.venv');
  const commands = {
    receptor: receptor ?? join(root, 'bin', 'receptor'),
    runner: runner ?? join(root, 'bin', 'ansible-runner'),
    env: { ...process.env, PATH: [join(venv, 'bin'), process.env.PATH].join(delimiter) },
  };
  for (const path of [commands.receptor, commands.runner]) {
    if (!existsSync(path)) throw new Error(`there is no ${path}`);
  }
  return commands;
}
