import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
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
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const pid = Number(/^\s*(\d+)/.exec(text)?.[1]);
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
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const began = await startedAtMs(pid);
  return began === undefined || began <= sinceMs + SLACK_MS;
}

/** When a process began, in ms since 1970; never, for one that has ended already; nothing where there is no `/proc`. */
async function startedAtMs(pid: number): Promise<number | undefined> {
  try {
    const [process, system] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'latin1'),
      readFile('/proc/stat', 'latin1'),
    ]);
    const boot = Number(/^btime (\d+)$/m.exec(system)?.[1]);
    // The name stands in parentheses and may hold anything; ticks are hundredths of a second for every program.
    const fields = process.slice(process.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return Number.POSITIVE_INFINITY;
    return boot * 1000 + Number(fields[19]) * 10;
  } catch {
    return undefined;
  }
}
