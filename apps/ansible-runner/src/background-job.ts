import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Environment variable of everything a background run starts. */
export const DAEMON_MARK = 'ANSIBLE_RUNNER_DAEMON';

/** What {@link DAEMON_MARK} holds. Not the process id alone, which another run may have got since. */
export function daemonMark(folder: string, daemon: number): string {
  return `${daemon}:${folder}`;
}

/** A process that a background run has started. */
export interface JobProcess {
  readonly pid: number;
  /** Artifact folder of the run, where the process knows it. */
  readonly artifactDir?: string;
}

/** What is alive of the job of the background run of a private data dir; nothing where there is no `/proc`. */
export async function jobProcessesOf(folder: string, daemon: number): Promise<JobProcess[]> {
  const mark = `${DAEMON_MARK}=${daemonMark(folder, daemon)}`;
  const names = await readdir('/proc').catch(() => []);
  const found = await Promise.all(
    names.filter((name) => /^\d+$/.test(name)).map((name) => markedProcess(Number(name), mark)),
  );
  return found.filter((one) => one !== undefined).filter(({ pid }) => pid !== daemon);
}

async function markedProcess(pid: number, mark: string): Promise<JobProcess | undefined> {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  if (!`\0${text}`.includes(`\0${mark}\0`)) return undefined;
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
