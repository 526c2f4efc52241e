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

/** All running processes, zombies left out. From /proc, or from `ps` where there is no /proc. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform !== 'linux') return listWithPs();
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(
    names.map(async (name) => {
      try {
        return parseStat(await readFile(`/proc/${name}/stat`, 'utf8'));
      } catch {
        return undefined;
      }
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** Whether this very process still runs. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.bootId !== currentBootId()) return false;
  if (process.platform !== 'linux') {
    const entry = (await listWithPs()).find(({ pid }) => pid === identity.pid);
    return entry?.startTime === identity.startTime;
  }
  try {
    const entry = parseStat(await readFile(`/proc/${identity.pid}/stat`, 'utf8'));
    return entry?.startTime === identity.startTime;
  } catch {
    return false;
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
