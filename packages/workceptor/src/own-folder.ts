import { lstatSync, type Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isMissing, WorkError } from './errors.js';

/** Mode bits: others of the group, or everybody, may write. */
const WRITABLE = 0o022;
const WRITABLE_BY_ALL = 0o002;
const STICKY = 0o1000;

/**
 * Checks that what lies in the folder of units can only have been put there by this user or by root: whoever can write to
 * it has this node run commands and show files. The node's folder and those of units must be folders, no links, of this
 * user, and not writable by others. So must be the data directory, which may be sticky as `/tmp` is instead.
 *
 * @param dataDir what is above the node's folder; what is above this may be another user's, but not in a folder that everybody may write to
 * @returns whether the node's folder is there
 * @throws WorkError `unsafe-folder`
 */
export function checkNodeFolder(dataDir: string, nodeDir: string): boolean {
  for (let at = dirname(resolve(dataDir)); ; at = dirname(at)) {
    checkAbove(at);
    if (at === dirname(at)) break;
  }
  const found = statusOf(dataDir);
  if (found === undefined) return false;
  checkFolder(dataDir, found, { mayBeSticky: true });
  return checkUnitFolder(nodeDir);
}

/**
 * Checks one folder of units, or of one unit.
 *
 * @returns whether it is there
 * @throws WorkError `unsafe-folder`
 */
export function checkUnitFolder(path: string): boolean {
  const found = statusOf(path);
  if (found !== undefined) checkFolder(path, found, { mayBeSticky: false });
  return found !== undefined;
}

function checkFolder(path: string, found: Stats, { mayBeSticky }: { mayBeSticky: boolean }): void {
  if (found.isSymbolicLink()) throw unsafe(path, 'is a link');
  if (!found.isDirectory()) throw unsafe(path, 'is no folder');
  if (!isOurs(found)) throw unsafe(path, `belongs to another user (${found.uid})`);
  const isSafe = (found.mode & WRITABLE) === 0 || (mayBeSticky && (found.mode & STICKY) !== 0);
  if (!isSafe) throw unsafe(path, 'may be written by other users');
}

/** What another user could exchange for a folder or link of its own. */
function checkAbove(path: string): void {
  const found = statusOf(path);
  if (found === undefined) return;
  const { mode } = found;
  if (found.isDirectory() && (mode & WRITABLE_BY_ALL) !== 0 && (mode & STICKY) === 0) {
    throw unsafe(path, 'may be written by everybody, so that folders in it can be exchanged');
  }
  const above = statusOf(dirname(path));
  const isShared = above !== undefined && (above.mode & WRITABLE_BY_ALL) !== 0;
  if (isShared && !isOurs(found)) {
    throw unsafe(path, `belongs to another user (${found.uid}), who can exchange what is in it`);
  }
}

function isOurs({ uid }: Stats): boolean {
  return uid === 0 || uid === (process.geteuid?.() ?? uid);
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function unsafe(path: string, what: string): WorkError {
  const who = what.startsWith('is ') ? 'whoever made it' : 'others';
  return new WorkError(
    'unsafe-folder',
    `the folder of units ${path} ${what}: ${who} could have this node run commands and show files; choose another one by node: {datadir: FOLDER}, or make it this user's own and writable by no other`,
  );
}
