import { readdir, readFile } from 'node:fs/promises';

/** Variable by which a job's processes are known, wherever they went. */
export const JOB_MARK = 'RUNNER_JOB_MARK';

/** A process of this machine. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** Clock ticks since boot; with the pid it names a process for good. */
  readonly started: string;
  readonly state: string;
  /** What its variable {@link JOB_MARK} holds; empty also where its environment can't be read, which is another user's then. */
  readonly marks: string;
}

/** The reading that goes on, and the one that follows it. */
let current: Promise<readonly ProcessInfo[]> | undefined;
let following: Promise<readonly ProcessInfo[]> | undefined;

/**
 * The processes of this machine at some time after the call; none where there is no `/proc`. Whoever asks while they are being read
 * shares the next reading: a hundred runs that are canceled at once would otherwise each read all processes of the others.
 */
export function listProcesses(): Promise<readonly ProcessInfo[]> {
  if (current === undefined) return begin();
  following ??= current.then(begin);
  return following;
}

function begin(): Promise<readonly ProcessInfo[]> {
  following = undefined;
  const reading = readAll().finally(() => {
    if (current === reading) current = undefined;
  });
  current = reading;
  return reading;
}

async function readAll(): Promise<readonly ProcessInfo[]> {
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
    state: fields[0] ?? '',
    parent: Number(fields[1]),
    session: Number(fields[3]),
    started: fields[19] ?? '',
    marks: await readMarks(name),
  };
}

async function readMarks(name: string): Promise<string> {
  const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
  const start = `\0${environment}`.indexOf(`\0${JOB_MARK}=`);
  if (start < 0) return '';
  const end = environment.indexOf('\0', start);
  return environment.slice(start + JOB_MARK.length + 1, end < 0 ? undefined : end);
}
