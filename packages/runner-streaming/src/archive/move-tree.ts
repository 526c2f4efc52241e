import { LoopTurns } from '@receptorjs/bounded-json';
import {
  chmodSync,
  lstatSync,
  renameSync,
  rmSync,
  utimesSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { StreamError } from '../errors.js';

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
 * Other work of the process gets its turn meanwhile.
 *
 * @param folders modes and times of the folders that are new in the target
 * @throws {StreamError} 'unsafe-archive' when a folder belongs where something else stands, 'bad-archive' when something else
 * belongs where a folder stands.
 */
export async function moveTree(
  source: string,
  target: string,
  folders: readonly UnpackedFolder[],
): Promise<void> {
  const existing = new Set<string>();
  const moves: Move[] = [];
  const turns = new LoopTurns();
  await plan({ source, target, existing, moves, turns }, '');
  for (const { path, isLeftOut } of moves) {
    if (isLeftOut) rmSync(join(target, path));
    else renameSync(join(source, path), join(target, path));
    await turns.due();
  }
  for (const { path, mode, time } of [...folders].reverse()) {
    await turns.due();
    if (existing.has(path)) continue;
    chmodSync(join(target, path), mode);
    utimesSync(join(target, path), time / 1000, time / 1000);
  }
}

/** What is moved into its place. */
interface Move {
  readonly path: string;
  /** A pipe stands there; it is removed, and nothing takes its place. */
  readonly isLeftOut: boolean;
}

/** What is moved, and what is found out about it. */
interface Plan {
  readonly source: string;
  readonly target: string;
  /** Folders that are in the target already. */
  readonly existing: Set<string>;
  readonly moves: Move[];
  readonly turns: LoopTurns;
}

async function plan(found: Plan, prefix: string): Promise<void> {
  const { source, target, existing, moves, turns } = found;
  for await (const entry of await opendir(join(source, prefix), { bufferSize: 256 })) {
    await turns.due();
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    const to = join(target, path);
    const there = lstatSync(to, { throwIfNoEntry: false });
    if (there === undefined) {
      moves.push({ path, isLeftOut: false });
      continue;
    }
    requireRoom(entry, there, path, to);
    if (entry.isDirectory()) {
      existing.add(path);
      await plan(found, path);
    } else moves.push({ path, isLeftOut: there.isFIFO() });
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
