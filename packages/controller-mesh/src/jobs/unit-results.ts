import type { RunEnd, RunEvent, UnitFollowing } from '@receptorjs/controller-core';
import { processResults, type WorkerStatus } from '@receptorjs/runner-streaming';
import type { Readable } from 'node:stream';

/** Whose results are taken. */
export interface UnitResultsOptions extends UnitFollowing {
  /** What the worker writes, from its beginning. */
  readonly input: Readable;
  /** A folder for the artifacts. */
  readonly folder: string;
}

const ends = new Set<string>(['successful', 'failed', 'canceled', 'timeout', 'error']);

/**
 * Takes what the worker of a job has written. It is read from its beginning each time it is taken, so that statuses and the count of events are whole.
 *
 * @throws what `onEvent` throws, and what the system says where this machine can't take it
 */
export async function takeResults(options: UnitResultsOptions): Promise<RunEnd> {
  const { input, folder, jobId, onEvent } = options;
  let highest = 0;
  let command: RunEnd['command'];
  let traceback: string | undefined;
  const onStatus = (message: WorkerStatus): void => {
    if (message.status === 'starting') {
      command = {
        arguments: message.command,
        folder: message.cwd,
        environment: message.env,
      };
    }
    if ('result_traceback' in message) traceback = message.result_traceback;
  };
  const result = await processResults({
    input,
    privateDataDir: folder,
    ident: String(jobId),
    onStatus,
    throwsLocalErrors: true,
    // no file of its own: the events are stored elsewhere
    onEvent: async (event) => {
      const { counter } = event;
      highest = Math.max(highest, counter);
      await onEvent(event as unknown as RunEvent);
      return false;
    },
  });
  const missing = result.damage?.missingEvents ?? [];
  const lost = missing.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const { status, rc, explanation } = result;
  return {
    status: ends.has(status) ? (status as RunEnd['status']) : 'error',
    emittedEvents: Math.max(highest, missing.at(-1)?.[1] ?? 0) - lost,
    missing,
    ...(rc !== undefined && { rc }),
    ...(explanation !== undefined && { explanation }),
    ...(traceback !== undefined && { traceback }),
    ...(command !== undefined && { command }),
  };
}
