import type { EventFeed } from '@receptorjs/runner-core';
import {
  processResults,
  type ProcessResult,
  type WorkerStatus,
} from '@receptorjs/runner-streaming';
import { Readable } from 'node:stream';
import type { RunOnNodeOptions } from '../node-options.js';

/** Whose results are taken, and how. */
export interface JobResultsOptions {
  readonly run: RunOnNodeOptions;
  readonly ident: string;
  /** Told of each event's file. */
  readonly feed: EventFeed | undefined;
}

/** Takes what the worker of a job writes, to its end or until the signal says that nothing more is waited for. */
export async function takeResults(
  { run, ident, feed }: JobResultsOptions,
  input: Readable,
  signal: AbortSignal,
): Promise<ProcessResult> {
  const { privateDataDir, artifactDir, output, jsonMode, onEvent, onStatus } = run;
  const { plugins, settings, limits, onWarning, suppressAnsibleOutput, eventLog } = run;
  try {
    return await processResults({
      input,
      privateDataDir,
      ident,
      signal,
      artifactDir,
      ...(output !== undefined && suppressAnsibleOutput !== true && { output }),
      jsonMode,
      eventLog,
      onEvent,
      ...(onStatus !== undefined && { onStatus: unlessSentAgain(onStatus) }),
      plugins,
      settings,
      limits,
      ...(onWarning !== undefined && { onWarning, onDamage: onWarning }),
      feed,
    });
  } finally {
    input.destroy();
  }
}

/** The results of a job that was canceled before it had begun. */
export function takeNothing(options: JobResultsOptions): Promise<ProcessResult> {
  return takeResults(options, Readable.from([]), AbortSignal.abort());
}

/** A job whose node lacks files is sent again with all of them: that is no end of it. */
function unlessSentAgain(onStatus: (message: WorkerStatus) => unknown) {
  return (message: WorkerStatus) =>
    'error_code' in message && message.error_code === 'missing-blobs'
      ? undefined
      : onStatus(message);
}
