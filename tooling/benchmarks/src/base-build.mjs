import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Runs a program to its end and lets its output through.
 *
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} args
 */
function run(cwd, command, args) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? status}`);
}

/**
 * The folder of a revision, set up and built as a clone of it would be. It is kept for the next time.
 *
 * @param {string} root a clone that has the revision
 * @param {string} revision
 * @returns {Promise<string>}
 */
export function buildOf(root, revision) {
  const { stdout, status } = spawnSync('git', ['rev-parse', '--verify', `${revision}^{commit}`], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${revision} is neither a revision nor the folder of a build`);
  const folder = join(root, 'node_modules', '.cache', 'bench', stdout.trim());
  const done = join(folder, '.built');
  if (!existsSync(done)) {
    // what was broken off is made anew, whatever of it is there
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, '..'), { recursive: true });
    run(root, 'git', ['clone', '--quiet', '--no-checkout', '--shared', '.', folder]);
    run(folder, 'git', ['checkout', '--quiet', '--detach', stdout.trim()]);
    const setUp =
      "import { setUp } from './tooling/bootstrap/setup.mjs'; await setUp({ tests: true });";
    run(folder, process.execPath, ['--input-type=module', '-e', setUp]);
    writeFileSync(done, '');
  }
  return Promise.resolve(folder);
}
