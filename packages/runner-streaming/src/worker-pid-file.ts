import { MAX_WORD_BYTES, readRegularFile } from '@receptorjs/runner-core/internal';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** File of a private data dir that holds the id of the process which works in it. */
const NAME = 'pid';

/** Says that this process works in the folder, so that no cleanup removes it meanwhile. */
export async function writeWorkerPidFile(folder: string): Promise<void> {
  // A link in its place is replaced, not followed.
  await rm(join(folder, NAME), { force: true });
  await writeFile(join(folder, NAME), String(process.pid), { flag: 'wx', mode: 0o600 }).catch(
    (error: unknown) => {
      // A folder that is not there is what the run itself complains about.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    },
  );
}

/** Takes the mark away, if it is this process's. */
export async function removeWorkerPidFile(folder: string): Promise<void> {
  if ((await pidIn(folder)) === String(process.pid)) await rm(join(folder, NAME), { force: true });
}

/** Whether a process works in the folder: its file `pid` names one that is alive, of any user. */
export async function isRunning(folder: string): Promise<boolean> {
  const text = await pidIn(folder);
  const pid = Number(text);
  if (!/^\d{1,9}$/.test(text) || pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What the file says; nothing, where it is no file with a word. */
async function pidIn(folder: string): Promise<string> {
  const text = await readRegularFile(join(folder, NAME), MAX_WORD_BYTES).catch(() => undefined);
  return (text ?? '').trim();
}
