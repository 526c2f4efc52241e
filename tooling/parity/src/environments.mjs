import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const cache = join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'parity');

/** Pythons an ansible-core runs on; one that is not listed takes the newest there is. */
const pythonsOf = /** @type {Record<string, readonly number[]>} */ ({
  2.14: [11, 10, 9],
  2.15: [11, 10, 9],
  2.16: [12, 11, 10],
  2.17: [12, 11, 10],
  2.18: [13, 12, 11],
  2.19: [13, 12, 11],
});
const newerPythons = [14, 13, 12];

const RUNNER = 'ansible-runner==2.4.3';
/** The longest an installation may take, in ms. */
const LIMIT = 180_000;

/**
 * A virtual environment with an ansible-core and the Python runner. Made once, kept in `node_modules/.cache/parity`.
 *
 * @param {string} version such as `2.16`, or `newest` for the newest that a Python here can install
 * @returns {Promise<string>} its folder
 * @throws Error when no Python here will do, or the registry is not reached
 */
export async function environment(version) {
  const folder = join(cache, `ansible-${version}`);
  if (existsSync(join(folder, 'bin', 'ansible-runner'))) return folder;
  const minors = pythonsOf[version] ?? newerPythons;
  const pythons = minors.flatMap((minor) => findPython(minor) ?? []);
  const python = pythons[0] ?? (version === 'newest' ? 'python3' : undefined);
  if (python === undefined)
    throw new Error(
      `No Python for ansible-core ${version} was found: ${minors.map((minor) => `3.${minor}`).join(', ')} would do.`,
    );
  mkdirSync(cache, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  const core = version === 'newest' ? 'ansible-core' : `ansible-core==${version}.*`;
  try {
    await run(python, ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '-q', core, RUNNER]);
  } catch (error) {
    // What is half done must not be taken for an environment.
    const broken = `${folder}.broken`;
    rmSync(broken, { recursive: true, force: true });
    if (existsSync(folder)) renameSync(folder, broken);
    rmSync(broken, { recursive: true, force: true });
    throw error;
  }
  return folder;
}

/** A Python 3 of that minor version: on PATH, else one that pyenv installed. @param {number} minor */
function findPython(minor) {
  const places = (process.env.PATH ?? '')
    .split(delimiter)
    .map((path) => join(path, `python3.${minor}`));
  const pyenv = join(process.env.PYENV_ROOT ?? join(process.env.HOME ?? '', '.pyenv'), 'versions');
  if (existsSync(pyenv))
    for (const name of readdirSync(pyenv))
      if (name.startsWith(`3.${minor}.`)) places.unshift(join(pyenv, name, 'bin', 'python3'));
  return places.find((place) => existsSync(place));
}

/** @param {string} command @param {string[]} args */
async function run(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: LIMIT });
  let errors = '';
  child.stderr.on('data', (chunk) => (errors = (errors + String(chunk)).slice(-1000)));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors.trim()}`);
}
