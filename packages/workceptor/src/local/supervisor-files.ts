import type { ProcessIdentity } from '@receptorjs/process-table';
import { closeSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandEnd } from './command-end.js';
import { scriptEnd } from './supervisor-script.js';
import { openUnitFileSync, readUnitFile } from '../store/unit-file.js';

/** Names of the files a supervisor and its daemon leave for each other in a unit's folder. */
export const supervisorFiles = {
  script: 'supervisor',
  started: 'started',
  pid: 'pid',
  exit: 'exit',
  /** Made by the daemon when a cancel begins, so that one that is interrupted goes on after a restart. */
  cancel: 'cancel',
} as const;

/** Stands in a claim where supervisors write their process ID. */
const daemonClaim = 'daemon';

/** What ends a unit: a cancel, or a release, which removes it besides. */
export type Ending = 'cancel' | 'release';

/** Writes down that a unit is being ended, so that an ending which is interrupted goes on after a restart. */
export function markEnding(unitDir: string, ending: Ending): void {
  const file = openUnitFileSync(join(unitDir, supervisorFiles.cancel), 'replace');
  try {
    writeFileSync(file, ending === 'release' ? `${ending}\n` : '');
  } finally {
    closeSync(file);
  }
}

/** The ending that was begun, if one was. */
export function readEnding(unitDir: string): Ending | undefined {
  if (!existsSync(join(unitDir, supervisorFiles.cancel))) return undefined;
  return wholeLines(unitDir, supervisorFiles.cancel)[0] === 'release' ? 'release' : 'cancel';
}

/** The supervisor as it wrote itself down, or nothing when it did not yet, or the daemon has the claim. */
export function readSupervisor(unitDir: string): ProcessIdentity | undefined {
  const [pid, bootId, self] = wholeLines(unitDir, supervisorFiles.started);
  if (pid === undefined || bootId === undefined || self === undefined) return undefined;
  return { pid: Number(pid), bootId, startTime: startTimeOf(self) };
}

/** The process ID of the command, or nothing before it was started. */
export function readCommandPid(unitDir: string): number | undefined {
  const [line] = wholeLines(unitDir, supervisorFiles.pid);
  const pid = Number.parseInt(line ?? '', 10);
  return pid > 0 ? pid : undefined;
}

/** How the command ended, or nothing while it runs. */
export function readCommandEnd(unitDir: string): CommandEnd | undefined {
  const [line] = wholeLines(unitDir, supervisorFiles.exit);
  const [, kind, digits] = /^(exit|signal) (\d+)$/.exec(line ?? '') ?? [];
  if (kind === undefined || digits === undefined) return undefined;
  return { kind: kind as CommandEnd['kind'], number: Number(digits) };
}

/**
 * Takes the supervisor's claim on a unit, so that a supervisor that comes late does not run its command.
 *
 * @returns false when a supervisor was first
 */
export function claimUnit(unitDir: string): boolean {
  const path = join(unitDir, supervisorFiles.started);
  try {
    writeFileSync(path, `${daemonClaim}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

/** Whether the script of a supervisor is there to its end: the disk may have been full. */
export function hasWholeScript(unitDir: string): boolean {
  return `${wholeLines(unitDir, supervisorFiles.script).at(-1) ?? ''}\n` === scriptEnd;
}

/** Whether the claim on a unit was taken by a daemon, so that there is no supervisor and will be none. */
export function isClaimedByDaemon(unitDir: string): boolean {
  return wholeLines(unitDir, supervisorFiles.started)[0] === daemonClaim;
}

/** Field 22 of a line of /proc/PID/stat; any other text stands for itself. */
export function startTimeOf(text: string): string {
  const end = text.lastIndexOf(')');
  return end < 0 ? text.trim() : (text.slice(end + 2).split(' ')[19] ?? '');
}

function wholeLines(unitDir: string, name: string): string[] {
  try {
    return readUnitFile(join(unitDir, name)).split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
