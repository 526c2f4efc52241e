import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses, signalProcess, type ProcessEntry } from '@receptorjs/process-table';

/** Milliseconds after SIGKILL within which the kernel has to remove the processes. */
const KILL_WAIT_MS = 5_000;

/**
 * Ends every process of a session, its leader included: SIGHUP to each, and SIGKILL to those that are left after the
 * grace. Processes that appear meanwhile are ended too; those that began a session of their own are not.
 *
 * @returns false when some could not be ended
 */
export async function endSession(leader: number, graceMs: number): Promise<boolean> {
  const asked = new Set<string>();
  const begun = performance.now();
  for (let pauseMs = 5; ; pauseMs = Math.min(pauseMs * 2, 250)) {
    const members = (await listProcesses()).filter((entry) => belongs(entry, leader));
    if (members.length === 0) return true;
    const elapsed = performance.now() - begun;
    if (elapsed >= graceMs + KILL_WAIT_MS) return false;
    for (const member of members) {
      if (elapsed >= graceMs) signalProcess(member, 'SIGKILL');
      else if (!asked.has(`${member.pid} ${member.startTime}`)) {
        asked.add(`${member.pid} ${member.startTime}`);
        signalProcess(member, 'SIGHUP');
        signalProcess(member, 'SIGCONT');
      }
    }
    await delay(elapsed < graceMs ? Math.min(pauseMs, graceMs - elapsed) : pauseMs);
  }
}

function belongs({ pid, session }: ProcessEntry, leader: number): boolean {
  return session === leader || pid === leader;
}
