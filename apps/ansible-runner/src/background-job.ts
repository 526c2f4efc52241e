import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Environment variable of everything a background run starts; its value is the process id of that run. */
export const DAEMON_MARK = 'ANSIBLE_RUNNER_DAEMON_PID';

/** A process that a background run has started. */
export interface JobProcess {
  readonly pid: number;
  /** Artifact folder of the run, where the process knows it. */
  readonly artifactDir?: string;
}

/** What is alive of the job of a background run; nothing where there is no `/proc`. */
export async function jobProcessesOf(daemon: number): Promise<JobProcess[]> {
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => markedProcess(Number(name), daemon)),
  );
  return found.filter((one) => one !== undefined);
}

async function markedProcess(pid: number, daemon: number): Promise<JobProcess | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  if (pid === daemon || !`\0${text}\0`.includes(`\0${DAEMON_MARK}=${daemon}\0`)) return undefined;
  const artifactDir = /(?:^|\0)AWX_ISOLATED_DATA_DIR=([^\0]+)/.exec(text)?.[1];
  return { pid, ...(artifactDir !== undefined && { artifactDir }) };
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
