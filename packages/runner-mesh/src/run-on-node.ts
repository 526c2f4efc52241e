import {
  RunResult,
  type EventFeed,
  type EventHandler,
  type FinalStatus,
  type RunHandle,
  type RunStatus,
  type RunStats,
} from '@receptorjs/runner-core';
import { checkPrivateDataDir, runIdent, startRun } from '@receptorjs/runner-core/internal';
import type { WorkerStatus } from '@receptorjs/runner-streaming';
import type { Logger } from '@receptorjs/netceptor';
import { join, resolve } from 'node:path';
import { openControlTransport } from './transport/open-control-transport.js';
import { RemoteJob } from './remote-job/remote-job.js';
import { takeNothing } from './remote-job/job-results.js';
import { validateNodeOptions, type RunOnNodeOptions } from './node-options.js';
import { recapOf } from './remote-job/recap.js';

/**
 * How a run on another node ended, and its artifacts: here. The status is `error` when the node could not carry the job
 * out, or its results did not come to their end; `explanation` says why.
 */
export type NodeRunResult = RunResult<FinalStatus | 'error'>;

/** `rc` of a run that was canceled, and of one that came to no end of its own. */
const RC_CANCELED = 254;
const RC_ERROR = 1;

/**
 * Runs a job on another node of a mesh. The private data dir travels there, events come back as they happen, and
 * `artifacts/<ident>/` is written here as by a run here. Losing the connection loses nothing: the job goes on, and its
 * output is read on from the byte where it broke off. Any number of runs may go on at once; they share nothing.
 *
 * @throws {ConfigurationError} for options that can't be used
 * @throws {NodeRunError} when the job could not be brought to the node
 * @throws what a handler threw; the job was ended before
 */
export async function runOnNode(options: RunOnNodeOptions): Promise<NodeRunResult> {
  validateNodeOptions('runOnNode', options);
  return execute(options, runIdent(options.ident), undefined);
}

/**
 * Starts {@link runOnNode} and returns at once.
 *
 * @throws {ConfigurationError} for an ident that can't be used.
 */
export function runOnNodeAsync(
  options: RunOnNodeOptions,
): RunHandle<NodeRunResult, RunStatus | 'error'> {
  validateNodeOptions('runOnNodeAsync', options);
  const ident = runIdent(options.ident);
  const { privateDataDir, artifactDir = join(privateDataDir, 'artifacts') } = options;
  return startRun({
    ident,
    artifactDir: resolve(artifactDir, ident),
    signal: options.signal,
    execute: (signal, feed, changed) => {
      const onStatus = (message: WorkerStatus) => {
        // How it ended is known when its results are here.
        if (message.status === 'starting' || message.status === 'running') changed(message.status);
        return options.onStatus?.(message);
      };
      return execute({ ...options, signal, onStatus }, ident, feed);
    },
  });
}

async function execute(
  options: RunOnNodeOptions,
  ident: string,
  feed: EventFeed | undefined,
): Promise<NodeRunResult> {
  const { privateDataDir, onLog, signal = new AbortController().signal } = options;
  await checkPrivateDataDir(privateDataDir);
  let stats: RunStats | undefined;
  const onEvent: EventHandler = (event, json) => {
    if (event.event === 'playbook_on_stats') stats ??= recapOf(event.event_data);
    return options.onEvent?.(event, json);
  };
  const results = { run: { ...options, onEvent }, ident, feed };
  const transport = await openControlTransport({ ...options, log: logTo(onLog), signal }).catch(
    (error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    },
  );
  try {
    const job =
      transport === undefined ? takeNothing(results) : new RemoteJob(results, transport).run();
    const { status, rc, artifactDir, explanation, deliveries } = await job;
    return new RunResult(
      {
        status: status as FinalStatus | 'error',
        rc: rc ?? (status === 'canceled' ? RC_CANCELED : RC_ERROR),
        ident,
        artifactDir,
        deliveries,
        ...(stats !== undefined && { stats }),
        ...(explanation !== undefined && { explanation }),
      },
      options,
    );
  } finally {
    await transport?.close();
  }
}

function logTo(onLog: ((line: string) => void) | undefined): Logger {
  const writeLines = (lines: string) => {
    for (const line of lines.split('\n')) onLog?.(line);
  };
  return { error: writeLines, warning: writeLines, info: writeLines, debug: writeLines };
}
