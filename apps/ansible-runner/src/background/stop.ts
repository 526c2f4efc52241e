import { setTimeout as delay } from 'node:timers/promises';
import { jobProcessesOf, markCanceled, type JobProcess } from './background-job.js';
import { isThatProcess, readPidFile, releasePidFile } from './pid-file.js';

/** Time a background run gets to end its job and write how that ended, in ms; the job itself gets 5 s of it. */
const ORDERLY_MS = 8000;
/** Time for what is killed to be gone, in ms. */
const FORCE_MS = 1500;
/** Time between two looks, in ms: the system does not report the end of a process that is no child. */
const LOOK_MS = 50;

/**
 * Ends the background run of a private data dir and everything it has started, within 10 s: orderly, so that `status`
 * and `rc` are written by the run; by force, if it does not react or is dead already, and then they are written here.
 *
 * @returns whether there was a `pid` file.
 */
export async function stopBackground(folder: string): Promise<boolean> {
  const run = await readPidFile(folder);
  if (run === undefined) return false;
  const { pid, sinceMs } = run;
  // Asked now: once the job has ended, nothing says any more where its artifacts are.
  const artifactDirs = new Set<string>();
  const known = run.alive ? await jobProcessesOf(folder, pid, true) : [];
  for (const { artifactDir } of known) if (artifactDir !== undefined) artifactDirs.add(artifactDir);
  if (run.alive) {
    send(pid, 'SIGTERM');
    const until = Date.now() + ORDERLY_MS;
    while (Date.now() < until && (await isThatProcess(pid, sinceMs))) await delay(LOOK_MS);
    if (await isThatProcess(pid, sinceMs)) send(pid, 'SIGKILL');
  }
  for (const one of await killRest(folder, pid, known))
    if (one.artifactDir !== undefined) artifactDirs.add(one.artifactDir);
  for (const artifactDir of artifactDirs) await markCanceled(artifactDir);
  await releasePidFile(folder, pid);
  return true;
}

/** Ends by force what is left of a run's job, and says what that was. Nothing of it is there afterwards, if force helps. */
async function killRest(
  folder: string,
  daemon: number,
  known: readonly JobProcess[],
): Promise<JobProcess[]> {
  const killed: JobProcess[] = [];
  const until = Date.now() + FORCE_MS;
  for (
    let left = await jobProcessesOf(folder, daemon, false, known);
    left.length > 0 && Date.now() < until;
    left = await jobProcessesOf(folder, daemon, false, known)
  ) {
    for (const job of left) {
      killed.push(job);
      send(job.pid, 'SIGKILL');
    }
    await delay(LOOK_MS);
  }
  return killed;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
