import { readdir, readFile } from 'node:fs/promises';

interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks since boot; with the pid it names a process for good. */
  readonly started: string;
}

/** Ends a session leader's processes: SIGTERM, and SIGKILL for whoever is left after `graceMs`. */
export async function endTree(
  leader: number,
  ended: Promise<unknown>,
  graceMs: number,
): Promise<void> {
  const first = await membersOf(leader);
  signalAll(first, leader, 'SIGTERM');
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([ended, grace]);
  clearTimeout(timer);
  const left = new Map((await membersOf(leader)).map((one) => [one.pid, one]));
  // Children that went into sessions of their own are nobody's descendants once their parent is gone.
  const now = new Map((await allProcesses()).map((one) => [one.pid, one]));
  for (const one of first) if (now.get(one.pid)?.started === one.started) left.set(one.pid, one);
  signalAll([...left.values()], leader, 'SIGKILL');
}

function signalAll(members: readonly ProcessInfo[], leader: number, signal: NodeJS.Signals): void {
  if (members.length === 0 && signal === 'SIGTERM') send(-leader, signal);
  for (const { pid } of members) send(pid, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** The leader, its descendants, and everybody in its session. */
async function membersOf(leader: number): Promise<ProcessInfo[]> {
  const all = await allProcesses();
  const members = new Set([leader]);
  let grown = true;
  while (grown) {
    grown = false;
    for (const one of all)
      if (!members.has(one.pid) && (one.session === leader || members.has(one.parent))) {
        members.add(one.pid);
        grown = true;
      }
  }
  return all.filter((one) => members.has(one.pid));
}

/** The processes of this machine; none where there is no `/proc`. */
async function allProcesses(): Promise<ProcessInfo[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readProcess));
  return found.filter((one) => one !== undefined);
}

async function readProcess(name: string): Promise<ProcessInfo | undefined> {
  const text = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => undefined);
  if (text === undefined) return undefined;
  // The command's name stands in parentheses and may contain anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid: Number(name),
    parent: Number(fields[1]),
    session: Number(fields[3]),
    started: fields[19] ?? '',
  };
}
