import { errorText } from '@receptorjs/primitives';
import { makePrivateDataDir } from '@receptorjs/runner-core/internal';
import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../command-line/usage.js';
import { isDaemonReply, type DaemonReply, type DaemonRequest } from './daemon-messages.js';

/** Longest time `start` waits for its run to begin, in ms; a run on another node may take longer to get there. */
const PATIENCE_MS = 30_000;

/**
 * Starts a run in the background and returns its process id as soon as it has begun; the process is then on its own, in
 * a session of its own. Its own lines go to `daemon.log` in the private data dir.
 *
 * @throws {ConfigurationError} when the private data dir can't be made, UsageError when the run does not begin, with the reason.
 */
export async function startInBackground(request: DaemonRequest): Promise<number | undefined> {
  await makePrivateDataDir(request.folder);
  const log = openLog(request.folder);
  try {
    // the bundles of both entries lie side by side
    const child = fork(fileURLToPath(new URL('./daemon.js', import.meta.url)), {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    const answer = await answerOf(child, request);
    if (answer !== undefined && 'failed' in answer) throw new UsageError(answer.failed, 1);
    if (child.connected) child.disconnect();
    child.unref();
    return child.pid;
  } finally {
    closeSync(log);
  }
}

function openLog(folder: string): number {
  try {
    return openSync(join(folder, 'daemon.log'), 'a', 0o600);
  } catch (error) {
    throw new UsageError(`daemon.log can't be written: ${errorText(error)}`, 1);
  }
}

/** The child's answer; nothing when it has not come within {@link PATIENCE_MS} and the child is alive. */
function answerOf(child: ChildProcess, request: DaemonRequest): Promise<DaemonReply | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    const settled = (answer: DaemonReply) => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('message', (message) => {
      if (isDaemonReply(message)) settled(message);
    });
    child.once('exit', (code, signal) =>
      settled({
        failed: `The run ended before it began (${signal ?? `exit code ${String(code)}`}); see daemon.log.`,
      }),
    );
    // it has no channel where no more files can be opened: its error tells
    if (child.connected) child.send(request);
  });
}
