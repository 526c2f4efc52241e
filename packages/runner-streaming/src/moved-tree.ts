import {
  chmodSync,
  lstatSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import { StreamError } from './errors.js';

/** A folder of an archive; its mode and time are set when everything is in it. */
export interface UnpackedFolder {
  /** Path below the target. */
  readonly path: string;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/**
 * Moves everything in `source` to the same place below `target`, on the same file system. Folders that exist stay as they
 * are and get the members; files and links replace files and links; a pipe is removed, and what should replace it left out.
 * Looks first, so that nothing has been moved when something can't be.
 *
 * @param folders modes and times of the folders that are new in the target
 * @throws StreamError 'unsafe-archive' when a folder belongs where something else stands, 'bad-archive' when something else
 * belongs where a folder stands.
 */
export function moveIntoPlace(
  source: string,
  target: string,
  folders: readonly UnpackedFolder[],
): void {
  const existing = new Set<string>();
  const moves: (() => void)[] = [];
  plan(source, target, '', existing, moves);
  for (const move of moves) move();
  for (const { path, mode, time } of [...folders].reverse()) {
    if (existing.has(path)) continue;
    chmodSync(join(target, path), mode);
    utimesSync(join(target, path), time / 1000, time / 1000);
  }
}

function plan(
  source: string,
  target: string,
  prefix: string,
  existing: Set<string>,
  moves: (() => void)[],
): void {
  for (const entry of readdirSync(join(source, prefix), { withFileTypes: true })) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const from = join(source, path);
    const to = join(target, path);
    const found = lstatSync(to, { throwIfNoEntry: false });
    if (found === undefined) {
      moves.push(() => renameSync(from, to));
      continue;
    }
    requireRoom(entry, found, path, to);
    if (entry.isDirectory()) {
      existing.add(path);
      plan(source, target, path, existing, moves);
    } else if (found.isFIFO()) moves.push(() => rmSync(to));
    else moves.push(() => renameSync(from, to));
  }
}

function requireRoom(entry: Dirent, found: Stats, name: string, place: string): void {
  if (entry.isDirectory() === found.isDirectory()) return;
  if (entry.isDirectory())
    throw new StreamError(
      'unsafe-archive',
      `${JSON.stringify(name)} can't be unpacked: ${place} stands in its way and is no folder.`,
    );
  throw new StreamError('bad-archive', `${JSON.stringify(name)} is a folder in the target.`);
}
