/**
 * The background process of `ansible-runner start`. It gets its run from the process that started it, says once
 * whether the run has begun, and carries it out: `pid` stands in the private data dir meanwhile.
 *
 * @packageDocumentation
 */
import { errorText } from '@receptorjs/primitives';
import { DAEMON_MARK, daemonMark } from './background/background-job.js';
import { isDaemonRequest, type DaemonReply } from './background/daemon-messages.js';
import { claimPidFile, releasePidFile } from './background/pid-file.js';
import { runJob } from './run-job.js';

process.chdir('/');
const abort = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => abort.abort());

/** Answers the process that started this one, once, and lets go of it. */
function reply(message: DaemonReply): void {
  if (!process.connected) return;
  process.send?.(message, () => process.disconnect());
}

const note = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);

async function serve(request: unknown): Promise<void> {
  if (!isDaemonRequest(request)) return;
  const { job, folder } = request;
  // What the job starts inherits it, so that `stop` finds it even when this process was killed.
  process.env[DAEMON_MARK] = daemonMark(folder, process.pid);
  try {
    const other = await claimPidFile(folder);
    if (other !== undefined)
      throw new Error(`A run is going on in ${folder} already, as process ${other.pid}.`);
    const result = await runJob(job, {
      signal: abort.signal,
      onStatus: ({ status }) => {
        if (status === 'starting') reply({ started: process.pid });
        note(`status ${status}`);
      },
      warn: note,
      log: note,
    });
    note(`ended with status ${result.status}, rc ${result.rc}`);
  } catch (error) {
    const message = errorText(error);
    note(message);
    reply({ failed: message });
    process.exitCode = 1;
  } finally {
    await releasePidFile(folder, process.pid);
  }
}

process.once('message', (request) => void serve(request));
