import {
  isSameStart,
  listProcesses,
  ProcessTableError,
  type ProcessEntry,
} from '@receptorjs/process-table';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Environment variable of everything a background run starts. */
export const DAEMON_MARK = 'ANSIBLE_RUNNER_DAEMON';

/** Variable by which a job's processes know the artifact folder of their run. */
const ARTIFACT_VARIABLE = 'AWX_ISOLATED_DATA_DIR';

/** What {@link DAEMON_MARK} holds. Not the process id alone, which another run may have got since. Without blanks, at which `ps` ends a value. */
export function daemonMark(folder: string, daemon: number): string {
  return `${daemon}:${encodeURI(folder)}`;
}

/** A process that a background run has started. */
export interface JobProcess {
  readonly pid: number;
  readonly startTime: string;
  /** Artifact folder of the run, where the process knows it. */
  readonly artifactDir?: string;
}

/**
 * What is alive of the job of the background run of a private data dir: the processes that have its mark, which not every system shows,
 * the children of its process, and what was known of it before. Nothing where processes can't be listed.
 *
 * @param daemon the run's process id
 * @param isDaemonAlive whether it is known to be that process and no later one
 * @param known what an earlier call has given
 */
export async function jobProcessesOf(
  folder: string,
  daemon: number,
  isDaemonAlive: boolean,
  known: readonly JobProcess[] = [],
): Promise<JobProcess[]> {
  let all: readonly ProcessEntry[];
  try {
    all = await listProcesses([DAEMON_MARK, ARTIFACT_VARIABLE]);
  } catch (error) {
    if (error instanceof ProcessTableError) return [];
    throw error;
  }
  const mark = daemonMark(folder, daemon);
  const members = new Map<number, ProcessEntry>();
  const add = (entry: ProcessEntry): void => {
    if (entry.pid === daemon || entry.pid === process.pid || members.has(entry.pid)) return;
    members.set(entry.pid, entry);
    for (const child of all) if (child.parent === entry.pid) add(child);
  };
  for (const entry of all) {
    const { pid, parent, startTime, variables } = entry;
    const isKnown = known.some((one) => one.pid === pid && isSameStart(one.startTime, startTime));
    const isChild = isDaemonAlive && parent === daemon;
    if (variables[DAEMON_MARK] === mark || isChild || isKnown) add(entry);
  }
  return [...members.values()].map(({ pid, startTime, variables }) => {
    const artifactDir = variables[ARTIFACT_VARIABLE];
    return { pid, startTime, artifactDir };
  });
}

/** Says in the artifacts that a run was ended from outside, unless it has come to say how it ended. */
export async function markCanceled(artifactDir: string): Promise<void> {
  for (const [name, content] of [
    ['status', 'canceled'],
    ['rc', '254'],
  ] as const)
    await writeFile(join(artifactDir, name), content, { mode: 0o600, flag: 'wx' }).catch(
      () => undefined,
    );
}
