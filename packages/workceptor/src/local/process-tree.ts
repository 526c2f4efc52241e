import {
  currentBootId,
  isSameStart,
  isThere,
  listProcesses,
  ProcessTableError,
  signalProcess,
  type ProcessEntry,
  type ProcessIdentity,
} from '@receptorjs/process-table';
import { setTimeout as delay } from 'node:timers/promises';

/** How to end the processes of a unit. */
export interface EndOptions {
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** Called when SIGKILL was needed, with the number of processes where that is known. */
  readonly onKill?: (count: number | undefined) => void;
  /** The process ID of the supervised command, where it is known. Once that has ended, the supervisor has nothing more to do. */
  readonly commandPid?: () => number | undefined;
  /** Whether the supervisor was started by this process, so that no other process can have its ID. Default false. */
  readonly ownChild?: boolean;
}

/** Milliseconds after SIGKILL within which the kernel has to remove the processes. */
const KILL_WAIT_MS = 5_000;

/**
 * The processes of a unit, its supervisor left out: those of the supervisor's session, whatever their group, and the
 * descendants of any of them, whatever their session. Empty after a restart of the machine, and when the
 * supervisor's ID now belongs to another process.
 */
export function unitProcesses(
  supervisor: ProcessIdentity,
  table: readonly ProcessEntry[],
): ProcessEntry[] {
  const leader = table.find(({ pid }) => pid === supervisor.pid);
  if (leader && !isSameStart(leader.startTime, supervisor.startTime)) return [];
  const members = new Map<number, ProcessEntry>();
  const add = (entry: ProcessEntry): void => {
    if (entry.pid === supervisor.pid || members.has(entry.pid)) return;
    members.set(entry.pid, entry);
    for (const child of table) if (child.parent === entry.pid) add(child);
  };
  for (const entry of table) {
    if (entry.session === supervisor.pid || entry.parent === supervisor.pid) add(entry);
  }
  return [...members.values()];
}

/**
 * Ends all processes of a unit: SIGTERM to each, and SIGKILL to those that are left after the grace. Processes that
 * appear meanwhile are ended too. The supervisor itself is killed once nothing else is left, lest it start its command
 * after all.
 *
 * @returns false when some could not be ended
 */
export async function endUnitProcesses(
  supervisor: ProcessIdentity,
  options: EndOptions,
): Promise<boolean> {
  if (supervisor.bootId !== currentBootId()) return true;
  try {
    return await endListed(supervisor, options);
  } catch (error) {
    // Without a list there is only its group to go by, and nothing to know a supervisor of an earlier daemon by.
    if (!(error instanceof ProcessTableError) || options.ownChild !== true) throw error;
    return endGroup(supervisor.pid, options);
  }
}

async function endListed(supervisor: ProcessIdentity, options: EndOptions): Promise<boolean> {
  const asked = new Set<string>();
  const begun = performance.now();
  let pauseMs = 5;
  let killed = false;
  for (;;) {
    const table = await listProcesses();
    const members = unitProcesses(supervisor, table);
    if (members.length === 0) {
      if (!table.some((entry) => isSame(entry, supervisor))) return true;
      signalProcess(supervisor, 'SIGKILL');
    }
    const command = options.commandPid?.();
    // on a full disk it would try for ever to write down how the command has ended
    if (command !== undefined && !table.some(({ pid }) => pid === command)) {
      signalProcess(supervisor, 'SIGKILL');
    }
    const elapsed = performance.now() - begun;
    if (elapsed >= options.graceMs + KILL_WAIT_MS) return false;
    if (elapsed >= options.graceMs) {
      if (!killed && members.length > 0) options.onKill?.(members.length);
      killed ||= members.length > 0;
      for (const member of members) signalProcess(member, 'SIGKILL');
    } else {
      for (const member of members) {
        const key = `${member.pid} ${member.startTime}`;
        if (asked.has(key)) continue;
        asked.add(key);
        signalProcess(member, 'SIGTERM');
        signalProcess(member, 'SIGCONT');
      }
    }
    const untilKill = options.graceMs - elapsed;
    await delay(untilKill > 0 ? Math.min(pauseMs, untilKill) : pauseMs);
    pauseMs = Math.min(pauseMs * 2, 100);
  }
}

/** Supervisors ignore SIGTERM, and write down how their command has ended. */
async function endGroup(leader: number, options: EndOptions): Promise<boolean> {
  const begun = performance.now();
  signalGroup(leader, 'SIGTERM');
  signalGroup(leader, 'SIGCONT');
  let killed = false;
  for (let pauseMs = 5; isThere(-leader); pauseMs = Math.min(pauseMs * 2, 100)) {
    const elapsed = performance.now() - begun;
    if (elapsed >= options.graceMs + KILL_WAIT_MS) return false;
    if (elapsed >= options.graceMs) {
      if (!killed) options.onKill?.(undefined);
      killed = true;
      signalGroup(leader, 'SIGKILL');
    }
    await delay(pauseMs);
  }
  return true;
}

function signalGroup(leader: number, name: NodeJS.Signals): void {
  try {
    process.kill(-leader, name);
  } catch {
    // none is left
  }
}

function isSame(entry: ProcessEntry, identity: ProcessIdentity): boolean {
  return entry.pid === identity.pid && isSameStart(entry.startTime, identity.startTime);
}
