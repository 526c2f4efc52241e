import { isThere, startedAt } from '@receptorjs/process-table';
import { MAX_WORD_BYTES, readRegularFile } from '@receptorjs/runner-core/internal';
import { link, lstat, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a private data dir's `pid` file says: the background run of it, and whether it is still there. */
export interface BackgroundRun {
  readonly pid: number;
  readonly alive: boolean;
  /** When the file was written, in ms since 1970. */
  readonly sinceMs: number;
}

/** Clocks of files and processes may differ by this, in ms. */
const SLACK_MS = 2000;

/** Reads `pid`; nothing when there is none, or it holds no process id. */
export async function readPidFile(folder: string): Promise<BackgroundRun | undefined> {
  const path = join(folder, 'pid');
  try {
    const [text, { mtimeMs }] = await Promise.all([
      readRegularFile(path, MAX_WORD_BYTES),
      lstat(path),
    ]);
    const pid = Number(/^\s*(\d+)/.exec(text ?? '')?.[1]);
    if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
    return { pid, alive: await isThatProcess(pid, mtimeMs), sinceMs: mtimeMs };
  } catch {
    return undefined;
  }
}

/**
 * Writes this process's id to `pid`, unless a run that is alive has done so.
 *
 * @returns the run that is in the way, or nothing when the file is ours now.
 */
export async function claimPidFile(folder: string): Promise<BackgroundRun | undefined> {
  const path = join(folder, 'pid');
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, String(process.pid), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        // Unlike a rename, a link does not replace what is there.
        await link(mine, path);
        return undefined;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const other = await readPidFile(folder);
      if (other?.alive === true) return other;
      await rm(path, { force: true });
    }
    return await readPidFile(folder);
  } finally {
    await rm(mine, { force: true });
  }
}

/** Removes `pid`, if it is the file of that process. */
export async function releasePidFile(folder: string, pid: number): Promise<void> {
  const now = await readPidFile(folder);
  if (now?.pid === pid) await rm(join(folder, 'pid'), { force: true });
}

/** Whether a process with that id is there and is not a later one that got the id again. */
export async function isThatProcess(pid: number, sinceMs: number): Promise<boolean> {
  if (!isThere(pid)) return false;
  const began = await startedAt(pid);
  return began === undefined || (began !== 'ended' && began <= sinceMs + SLACK_MS);
}
