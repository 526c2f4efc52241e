import type { RunEnd, RunEvent, UnitFollowing } from '@receptorjs/controller-core';
import {
  processResults,
  type StreamPosition,
  type WorkerStatus,
} from '@receptorjs/runner-streaming';
import type { Readable } from 'node:stream';

/** Whose results are taken. */
export interface UnitResultsOptions extends UnitFollowing {
  /** What the worker writes, from its beginning or from the position on. */
  readonly input: Readable;
  /** A folder for the artifacts. */
  readonly folder: string;
}

/** What is known of the output up to a position. */
interface ReadState {
  readonly stream: Omit<StreamPosition, 'bytes' | 'counter'>;
  readonly command?: RunEnd['command'];
}

const ends = new Set<string>(['successful', 'failed', 'canceled', 'timeout', 'error']);

/**
 * Takes what the worker of a job has written: from its beginning, or from a position that has with it what was said before, so that statuses and the count of events are whole.
 *
 * @throws what `onEvent` throws, and what the system says where this machine can't take it
 */
export async function takeResults(options: UnitResultsOptions): Promise<RunEnd> {
  const { input, folder, jobId, onEvent, from, onPosition } = options;
  let highest = from?.counter ?? 0;
  const before = from?.state as ReadState | undefined;
  let command = before?.command;
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
    ...(from !== undefined &&
      before !== undefined && {
        from: { ...before.stream, bytes: from.bytes, counter: from.counter },
      }),
    ...(onPosition !== undefined && {
      onPosition: ({ bytes, counter, ...stream }: StreamPosition) => {
        const state = { stream, ...(command !== undefined && { command }) };
        onPosition({ bytes, counter, state });
      },
    }),
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
