import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** A process that no other can be taken for: not after its ID was used again, not after the machine started anew. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot ID of the machine, or empty where there is none. */
  readonly bootId: string;
  /** Start time as the system gives it; compared, never read. */
  readonly startTime: string;
}

/** One running process. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Its session; where the system does not tell, its process group. */
  readonly session: number;
  readonly startTime: string;
}

const run = promisify(execFile);

/** Files of /proc open at once. */
const readAtOnce = 64;

/** All running processes, zombies left out. From /proc, or from `ps` where there is no /proc. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform !== 'linux') return listWithPs();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const entries: ProcessEntry[] = [];
  for (let at = 0; at < pids.length; at += readAtOnce) {
    const read = pids.slice(at, at + readAtOnce).map((pid) => entryOf(pid));
    for (const entry of await Promise.all(read)) if (entry) entries.push(entry);
  }
  return entries;
}

/** One process of Linux, or nothing when it is gone. */
async function entryOf(pid: number): Promise<ProcessEntry | undefined> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    goneOrThrow(error);
    return;
  }
}

/** Anything but the end of a process, such as a lack of descriptors, must not pass for it. */
function goneOrThrow(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ESRCH') return undefined;
  throw error;
}

/** Whether this very process still runs. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== currentBootId()) return false;
  const entry =
    process.platform === 'linux'
      ? await entryOf(identity.pid)
      : (await listWithPs()).find(({ pid }) => pid === identity.pid);
  return entry?.startTime === identity.startTime;
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
    if (process.platform === 'linux') {
      const entry = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      if (entry?.startTime !== startTime) return;
    }
    process.kill(pid, name);
  } catch {
    // it ended by itself, or is not ours to signal, which the next look at the table tells
  }
}

/** The boot ID of the machine as it runs now; empty where there is none. */
export function currentBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function parseStat(text: string): ProcessEntry | undefined {
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [state, parent, , session] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    session: Number(session),
    startTime: fields[19] ?? '',
  };
}

async function listWithPs(): Promise<ProcessEntry[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, group, state, startTime] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
    if (startTime === undefined || state?.startsWith('Z') === true) return [];
    return [{ pid: Number(pid), parent: Number(parent), session: Number(group), startTime }];
  });
}
