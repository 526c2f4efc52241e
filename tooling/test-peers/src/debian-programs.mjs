import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const caches = fileURLToPath(new URL('../../../node_modules/.cache/debian', import.meta.url));

/** Where Debian has programs; the last two are not on everybody's PATH. */
const BINARIES = ['usr/bin', 'bin', 'usr/sbin', 'sbin'];
/** Folders of libraries, and those for one processor in them. */
const LIBRARIES = ['usr/lib', 'lib'];
/** For each command of apt's and dpkg's. */
const TIMEOUT_MS = 300_000;

const folders = [
  ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

/** @type {typeof import('./index.d.mts').onPath} */
export const onPath = (name) =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** @type {typeof import('./index.d.mts').debianPrograms} */
export function debianPrograms(name, packages) {
  const cache = join(caches, [name, ...packages].join('+'));
  if (!existsSync(cache)) {
    for (const needed of ['apt-get', 'dpkg'])
      if (onPath(needed) === undefined) throw new Error(`there is no ${needed} to get it by`);
    const folder = `${cache}.${process.pid}`;
    mkdirSync(folder, { recursive: true });
    try {
      unpack(folder, packages);
      wrap(folder, cache);
      renameIfFirst(folder, cache);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return cache;
}

/** Renames a folder, or leaves it where another process was faster. */
function renameIfFirst(/** @type {string} */ folder, /** @type {string} */ cache) {
  try {
    renameSync(folder, cache);
  } catch (error) {
    if (!existsSync(cache)) throw error;
  }
}

/** Unpacks these packages, and of what they need the libraries that this system lacks, as apt would install them. */
function unpack(/** @type {string} */ folder, /** @type {readonly string[]} */ packages) {
  const options = { cwd: folder, timeout: TIMEOUT_MS, stdio: 'pipe', encoding: 'utf8' };
  const run = (/** @type {string} */ program, /** @type {readonly string[]} */ args) =>
    execFileSync(program, args, /** @type {{ encoding: 'utf8' }} */ (options));
  const plan = run('apt-get', ['install', '-s', '--no-install-recommends', ...packages]);
  const planned = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, each = '']) => each);
  const libraries = planned.filter((each) => each.startsWith('lib'));
  run('apt-get', ['download', ...new Set([...packages, ...libraries])]);
  for (const file of readdirSync(folder)) {
    run('dpkg', ['-x', file, '.']);
    rmSync(join(folder, file));
  }
}

/**
 * Writes a script for each program in a folder that will be the cache: the libraries are not where the system looks for them.
 *
 * @param {string} folder
 * @param {string} cache
 */
function wrap(folder, cache) {
  const present = (/** @type {string} */ name) => existsSync(join(folder, name));
  const found = LIBRARIES.filter(present).flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.so(?:\.[\d.]+)?$/.test(path))
      .map((path) => join(cache, name, dirname(path))),
  );
  const libraries = [...new Set(found)].join(delimiter);
  // programs hand their environment on
  const setting = libraries === '' ? '' : `LD_LIBRARY_PATH='${libraries}' `;
  const scripts = join(folder, 'run');
  mkdirSync(scripts);
  for (const binaries of BINARIES.filter(present)) {
    for (const name of readdirSync(join(folder, binaries))) {
      // a link to where the program would be if it were installed
      if (!present(join(binaries, name))) continue;
      const line = `${setting}exec '${join(cache, binaries, name)}' "$@"`;
      writeFileSync(join(scripts, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    }
  }
}
