import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { ProcessEntry } from './process-entry.js';

/** Files of /proc open at once. */
const READ_AT_ONCE = 64;

/** All running processes by `/proc`, zombies left out. */
export async function listByProc(names: readonly string[]): Promise<ProcessEntry[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const entries: ProcessEntry[] = [];
  for (let at = 0; at < pids.length; at += READ_AT_ONCE) {
    const read = pids.slice(at, at + READ_AT_ONCE).map((pid) => entryByProc(pid, names));
    for (const entry of await Promise.all(read)) if (entry) entries.push(entry);
  }
  return entries;
}

/** One process, or nothing when it is gone. */
export async function entryByProc(
  pid: number,
  names: readonly string[] = [],
): Promise<ProcessEntry | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  const variables = names.length > 0 ? await readVariables(pid, names) : {};
  return parseStat(stat, variables);
}

/** The same, with nothing in between. */
export function entryByProcNow(pid: number): ProcessEntry | undefined {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'), {});
}

/** When a running process was started, in ms since 1970. */
export async function startedAtByProc(entry: ProcessEntry): Promise<number> {
  const system = await readFile('/proc/stat', 'latin1');
  const boot = Number(/^btime (\d+)$/m.exec(system)?.[1]);
  // Ticks are hundredths of a second for every program.
  return boot * 1_000 + Number(entry.startTime) * 10;
}

/** Anything but the end of a process, such as a lack of descriptors, must not pass for it. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ESRCH';
}

function parseStat(
  text: string,
  variables: Readonly<Record<string, string>>,
): ProcessEntry | undefined {
  // The command's name stands in parentheses and may contain anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, , session] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(parent),
    session: Number(session),
    startTime: fields[19] ?? '',
    variables,
  };
}

/** Nothing where they can't be read: the process is another user's then. */
async function readVariables(
  pid: number,
  names: readonly string[],
): Promise<Record<string, string>> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const variables: Record<string, string> = {};
  for (const name of names) {
    const start = `\0${text}`.indexOf(`\0${name}=`);
    if (start < 0) continue;
    const end = text.indexOf('\0', start);
    variables[name] = text.slice(start + name.length + 1, end < 0 ? undefined : end);
  }
  return variables;
}
