import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** For each step of a build; what hangs is no reason to wait. */
const STEP_MS = 300_000;
/** How many bases are kept. */
const KEPT = 2;
const APP = '@receptorjs/receptor';

/**
 * Runs a program to its end and lets its output through.
 *
 * @param {string} cwd
 * @param {string} command
 * @param {string[]} args
 */
function run(cwd, command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 2, 2],
    timeout: STEP_MS,
    env: { ...process.env, CI: 'true' },
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? status}`);
}

/** What a revision is, or undefined. @param {string} root @param {readonly string[]} args of git */
function commit(root, args) {
  const { stdout, status } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/**
 * What a change is compared with: where its branch has left main, and on main the commit before.
 *
 * @param {string} root
 * @returns {string}
 * @throws Error where the clone has no such commit
 */
export function previous(root) {
  const head = commit(root, ['rev-parse', 'HEAD']);
  const left = ['origin/main', 'main']
    .map((main) => commit(root, ['merge-base', 'HEAD', main]))
    .find((each) => each !== undefined && each !== head);
  const found = left ?? commit(root, ['rev-parse', '--verify', '--quiet', 'HEAD^1^{commit}']);
  if (found === undefined) throw new Error('this clone has no commit before the present one');
  return found;
}

/** Keeps the newest bases alone. @param {string} bases @param {string} present */
function removeOld(bases, present) {
  const older = readdirSync(bases)
    .filter((name) => name !== present)
    .map((name) => ({ name, at: statSync(join(bases, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { name } of older.slice(KEPT - 1))
    rmSync(join(bases, name), { recursive: true, force: true });
}

/**
 * The folder of a revision with its receptor built. It is kept for the next time.
 *
 * @param {string} root a clone that has the revision and is set up
 * @param {string} revision
 * @returns {string}
 * @throws Error where it can't be built, with the step that failed
 */
export function buildOf(root, revision) {
  const hash = commit(root, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  if (hash === undefined)
    throw new Error(`${revision} is neither a revision nor the folder of a build`);
  const folder = join(root, 'node_modules', '.cache', 'bench', hash);
  const done = join(folder, '.built');
  if (!existsSync(done)) {
    // what was broken off is made anew, whatever of it is there
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const archive = `${folder}.tar`;
    try {
      run(root, 'git', ['archive', '--output', archive, hash]);
      run(folder, 'tar', ['-xf', archive]);
    } finally {
      rmSync(archive, { force: true });
    }
    // what this clone has is in pnpm's store already
    const install = ['install', '--frozen-lockfile', '--prefer-offline', '--filter', `${APP}...`];
    run(folder, 'pnpm', install);
    run(folder, 'pnpm', ['--filter', APP, 'build']);
    writeFileSync(done, '');
    removeOld(join(folder, '..'), hash);
  }
  return folder;
}
