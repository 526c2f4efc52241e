import { lstatSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { isMissing, WorkError } from '../errors.js';

/** Mode bits: others of the group, or everybody, may write. */
const WRITABLE = 0o022;
const WRITABLE_BY_ALL = 0o002;
const WRITABLE_BY_GROUP = 0o020;
const STICKY = 0o1000;

/** Links followed on the way to a folder, as many as the system follows. */
const MOST_LINKS = 40;

/**
 * Checks that what lies in the folder of units can only have been put there by this user or by root: whoever can write to
 * it has this node run commands and show files. The node's folder and those of units must be folders, no links, of this
 * user, and not writable by others. So must be the data directory, which may be sticky as `/tmp` is instead. Everything on
 * the way to it, links and what they lead to included, must be this user's or root's, and not writable by others unless it is
 * sticky; this user's primary group may write there, for many systems give each user a group of its own.
 *
 * @param dataDir what is above the node's folder
 * @returns whether the node's folder is there
 * @throws {WorkError} `unsafe-folder`
 */
export function checkNodeFolder(dataDir: string, nodeDir: string): boolean {
  for (const { path, found } of wayTo(dirname(resolve(dataDir)))) checkAbove(path, found);
  const found = statusOf(dataDir);
  if (found === undefined) return false;
  checkFolder(dataDir, found, { mayBeSticky: true });
  return checkUnitFolder(nodeDir);
}

/**
 * Checks one folder of units, or of one unit.
 *
 * @returns whether it is there
 * @throws {WorkError} `unsafe-folder`
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

/** Everything that is looked at to get to a folder: the folders on the way, links, and the folders on the way to what these lead to. Ends at what is missing. */
function* wayTo(folder: string): Generator<{ path: string; found: Stats }, void> {
  let names = folder.split(sep);
  let links = 0;
  let at: string = sep;
  for (;;) {
    const name = names.shift();
    if (name === undefined) return;
    const path = join(at, name);
    const found = statusOf(path);
    if (found === undefined) return;
    yield { path, found };
    if (!found.isSymbolicLink()) {
      at = path;
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) throw unsafe(folder, 'is behind too many links');
    names = [...resolve(at, readlinkSync(path)).split(sep), ...names];
    at = sep;
  }
}

/** Each user who could exchange what is on the path for a folder or link of their own is this user or root. */
function checkAbove(path: string, found: Stats): void {
  if (!isOurs(found) && !isUnmapped(found)) {
    throw unsafe(path, `belongs to another user (${found.uid}), who can exchange what is in it`);
  }
  // the mode of a link says nothing
  if (!found.isDirectory() || (found.mode & STICKY) !== 0) return;
  if ((found.mode & WRITABLE_BY_ALL) !== 0) {
    throw unsafe(path, 'may be written by everybody, so that folders in it can be exchanged');
  }
  const isOwnGroup = found.gid === (process.getegid?.() ?? found.gid);
  if ((found.mode & WRITABLE_BY_GROUP) !== 0 && !isOwnGroup) {
    throw unsafe(
      path,
      `may be written by another group (${found.gid}), so that folders in it can be exchanged`,
    );
  }
}

function isOurs({ uid }: Stats): boolean {
  return uid === 0 || uid === (process.geteuid?.() ?? uid);
}

/** In a user namespace that has some users only, `/` and what else belongs to root outside is shown as a user that is not there. */
function isUnmapped({ uid }: Stats): boolean {
  const map = wordsOf('/proc/self/uid_map');
  const [overflow] = wordsOf('/proc/sys/kernel/overflowuid');
  return map.length > 0 && map[2] !== '4294967295' && String(uid) === overflow;
}

function wordsOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').trim().split(/\s+/);
  } catch {
    // another system, or /proc is not mounted
    return [];
  }
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
