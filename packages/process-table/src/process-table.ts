import { readFileSync } from 'node:fs';
import { hasProc } from './portable.js';
import { entryByProc, entryByProcNow, listByProc, startedAtByProc } from './proc-files.js';
import { isSameStart, startOf, type ProcessEntry } from './process-entry.js';
import { ProcessTableError } from './process-table-error.js';
import { listByPs, startTimeByPs } from './ps.js';

/** A process that no other can be taken for: not after its ID was used again, not after the machine started anew. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot ID of the machine, or empty where there is none. */
  readonly bootId: string;
  /** Start time as the system gives it; empty where it was not known. */
  readonly startTime: string;
}

/**
 * All running processes, zombies left out.
 *
 * @param variables names of the environment variables that are wanted
 * @throws {ProcessTableError} when there is neither `/proc` nor a `ps` that works
 */
export function listProcesses(variables: readonly string[] = []): Promise<ProcessEntry[]> {
  return hasProc() ? listByProc(variables) : listByPs(variables);
}

/** Whether this very process still runs. Where the system tells no start times, whether any has its ID. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== currentBootId()) return false;
  try {
    const startTime = hasProc()
      ? (await entryByProc(identity.pid))?.startTime
      : await startTimeByPs(identity.pid);
    return startTime !== undefined && isSameStart(startTime, identity.startTime);
  } catch (error) {
    if (error instanceof ProcessTableError) return isThere(identity.pid);
    throw error;
  }
}

/**
 * When a process was started, in ms since 1970, to about a second: `ended` for one that has ended, though its parent may
 * not have noticed; `undefined` where the system does not tell.
 */
export async function startedAt(pid: number): Promise<number | 'ended' | undefined> {
  try {
    if (hasProc()) {
      const entry = await entryByProc(pid);
      return entry === undefined ? 'ended' : await startedAtByProc(entry);
    }
    const startTime = await startTimeByPs(pid);
    return startTime === undefined ? 'ended' : startOf(startTime);
  } catch {
    return isThere(pid) ? undefined : 'ended';
  }
}

/**
 * Signals this very process: where the system allows it, a look at it directly before the signal, with nothing in
 * between, keeps the signal from another process that was given its ID meanwhile. One that is gone is left at that.
 */
export function signalProcess(
  { pid, startTime }: Pick<ProcessEntry, 'pid' | 'startTime'>,
  name: NodeJS.Signals,
): void {
  try {
    if (hasProc() && entryByProcNow(pid)?.startTime !== startTime) return;
    process.kill(pid, name);
  } catch {
    // it ended by itself, or is not ours to signal, which the next look at the table tells
  }
}

/** Whether there is a process with that ID, or with a negative one a process group; zombies count. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The boot ID of the machine as it runs now; empty where there is none. */
export function currentBootId(): string {
  if (!hasProc()) return '';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
