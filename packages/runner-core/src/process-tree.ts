import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses, type ProcessInfo } from './process-table.js';

/** Tells the processes of a job from others. */
export interface JobProcesses {
  /** Process id of the leader of the job's session. */
  readonly leader: number;
  /** What the variable `RUNNER_JOB_MARK` of its processes contains. */
  readonly mark: string;
}

/** How often it is looked whether somebody is left after SIGKILL, and how long between, in ms. */
const ROUNDS = 40;
const ROUND_MS = 50;

/**
 * Ends the processes of a job: SIGTERM, and SIGKILL for whoever is left when the leader has ended or `graceMs` have passed.
 * Resolves when none is left, or nothing helps. Its processes are the leader's descendants, everybody in its session, and
 * whoever has the job's mark in the environment, which daemons keep.
 */
export async function endTree(
  job: JobProcesses,
  ended: Promise<unknown>,
  graceMs: number,
): Promise<void> {
  const tree = new ProcessTree(job);
  const first = await tree.living();
  if (first.length === 0) send(-job.leader, 'SIGTERM');
  for (const { pid } of first) send(pid, 'SIGTERM');
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([ended, grace]);
  clearTimeout(timer);
  if (first.length === 0) send(-job.leader, 'SIGKILL');
  for (let round = 0; round < ROUNDS; round++) {
    const left = await tree.living();
    if (left.length === 0) return;
    for (const { pid } of left) send(pid, 'SIGKILL');
    await delay(ROUND_MS);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** The processes of one job. Owns what it knows of them. */
class ProcessTree {
  readonly #job: JobProcesses;
  /** When each process that was found has started, by pid. */
  readonly #found = new Map<number, string>();

  constructor(job: JobProcesses) {
    this.#job = job;
  }

  async living(): Promise<readonly ProcessInfo[]> {
    const all = (await listProcesses()).filter(({ pid }) => pid !== process.pid);
    const { leader, mark } = this.#job;
    const known = this.#found.get(leader);
    const now = all.find(({ pid }) => pid === leader)?.started;
    // Once the leader is gone its pid may become somebody else's.
    const foreign = known !== undefined && now !== undefined && now !== known;
    const members = new Set<number>();
    for (const one of all) {
      const inSession = !foreign && (one.pid === leader || one.session === leader);
      if (inSession || one.marks.includes(mark) || this.#found.get(one.pid) === one.started)
        members.add(one.pid);
    }
    let grown = true;
    while (grown) {
      grown = false;
      for (const one of all)
        if (!members.has(one.pid) && members.has(one.parent)) {
          members.add(one.pid);
          grown = true;
        }
    }
    const found = all.filter(({ pid }) => members.has(pid));
    for (const { pid, started } of found) this.#found.set(pid, started);
    return found.filter(({ state }) => state !== 'Z' && state !== 'X');
  }
}
