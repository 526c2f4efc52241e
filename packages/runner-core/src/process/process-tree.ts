import {
  isSameStart,
  isThere,
  ProcessTableError,
  signalProcess,
  type ProcessEntry,
} from '@receptorjs/process-table';
import { setTimeout as delay } from 'node:timers/promises';
import { JOB_MARK, listProcesses } from './process-table.js';

/** Tells the processes of a job from others. */
export interface JobProcesses {
  /** Process id of the leader of the job's session. */
  readonly leader: number;
  /** What the variable `RUNNER_JOB_MARK` of its processes contains. */
  readonly mark: string;
}

/** How often it is looked whether any is left after SIGKILL, and how long between, in ms. */
const ROUNDS = 40;
const ROUND_MS = 50;

/**
 * Ends the processes of a job: SIGTERM, and SIGKILL for those left when the leader has ended or `graceMs` have passed.
 * Resolves when none is left, or nothing helps. Its processes are the leader's descendants, those in its session, and
 * those with the job's mark in their environment, which daemons keep; where processes can't be listed, the leader's group.
 */
export async function endTree(
  job: JobProcesses,
  ended: Promise<unknown>,
  graceMs: number,
): Promise<void> {
  const tree = new ProcessTree(job);
  for (const each of await tree.living()) send(each, 'SIGTERM');
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, graceMs);
  });
  await Promise.race([ended, grace]);
  clearTimeout(timer);
  for (let round = 0; round < ROUNDS; round++) {
    const left = await tree.living();
    if (left.length === 0) return;
    for (const each of left) send(each, 'SIGKILL');
    await delay(ROUND_MS);
  }
}

/** What is signaled: a process, or where processes can't be listed the ID of one or, negative, of a process group. */
type Target = Pick<ProcessEntry, 'pid' | 'startTime'> | number;

function send(target: Target, signal: NodeJS.Signals): void {
  if (typeof target !== 'number') {
    signalProcess(target, signal);
    return;
  }
  try {
    process.kill(target, signal);
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

  /** Those that live. */
  async living(): Promise<readonly Target[]> {
    try {
      return await this.#listed();
    } catch (error) {
      if (!(error instanceof ProcessTableError)) throw error;
      const { leader } = this.#job;
      return [-leader, leader].filter(isThere).slice(0, 1);
    }
  }

  async #listed(): Promise<readonly ProcessEntry[]> {
    const all = (await listProcesses()).filter(({ pid }) => pid !== process.pid);
    const { leader, mark } = this.#job;
    const known = this.#found.get(leader);
    const now = all.find(({ pid }) => pid === leader)?.startTime;
    // Once the leader is gone its pid may become another process's.
    const foreign = known !== undefined && now !== undefined && !isSameStart(now, known);
    const members = new Set<number>();
    for (const { pid, session, startTime, variables } of all) {
      const inSession = !foreign && (pid === leader || session === leader);
      const marked = variables[JOB_MARK]?.includes(mark) === true;
      if (inSession || marked || isSameStart(this.#found.get(pid) ?? '', startTime))
        members.add(pid);
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
    for (const { pid, startTime } of found) this.#found.set(pid, startTime);
    return found;
  }
}
