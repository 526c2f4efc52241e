import { isFinal, isJsonObject, UnitState } from '@receptorjs/control-protocol';
import { currentBootId, hasProc, type ProcessIdentity } from '@receptorjs/process-table';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { UnitRecord } from '../store/unit-record.js';
import { startTimeOf, supervisorFiles } from './supervisor-files.js';

/** Processes looked at before others get their turn. */
const AT_ONCE = 64;

/**
 * Whether a unit that has not ended was started by a daemon of the original, which has a second copy of itself watch the
 * command: it has a process ID and none of the files of our supervisors.
 */
export function isLeftByGo(record: UnitRecord): boolean {
  const { status } = record;
  if (isFinal(status.state)) return false;
  if (existsSync(record.path(supervisorFiles.script))) return false;
  if (existsSync(record.path(supervisorFiles.started))) return false;
  return pidOf(record) > 0 || status.state === UnitState.Running;
}

/** The process of the original that watches the command of this unit; nothing where it is gone, or the system does not tell. */
export async function findGoRunner(record: UnitRecord): Promise<ProcessIdentity | undefined> {
  if (!hasProc()) return undefined;
  const dir = await realpath(record.dir).catch(() => record.dir);
  const pid = pidOf(record);
  if (pid > 0) return runnerAt(pid, dir);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  for (let at = 0; at < pids.length; at += AT_ONCE) {
    const found = await Promise.all(
      pids.slice(at, at + AT_ONCE).map((each) => runnerAt(each, dir)),
    );
    const runner = found.find((each) => each !== undefined);
    if (runner) return runner;
  }
  return undefined;
}

function pidOf({ status: { extraData } }: UnitRecord): number {
  const pid = isJsonObject(extraData) ? extraData['Pid'] : undefined;
  return typeof pid === 'number' ? pid : 0;
}

/** The process of that ID, if it says that it runs the command of this unit. */
async function runnerAt(pid: number, dir: string): Promise<ProcessIdentity | undefined> {
  const startTime = await startTimeAt(pid);
  if (startTime === '') return undefined;
  try {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    const at = words.indexOf('--command-runner');
    if (at < 0) return undefined;
    const named = words.slice(at).find((word) => word.startsWith('unitdir='));
    if (named === undefined) return undefined;
    const path = resolve(await readlink(`/proc/${pid}/cwd`), named.slice('unitdir='.length));
    if ((await realpath(path)) !== dir) return undefined;
  } catch {
    // gone meanwhile, or of another user
    return undefined;
  }
  // the ID may have gone to another process meanwhile
  if ((await startTimeAt(pid)) !== startTime) return undefined;
  return { pid, bootId: currentBootId(), startTime };
}

/** Empty when there is no such process. */
async function startTimeAt(pid: number): Promise<string> {
  return startTimeOf(await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''));
}
