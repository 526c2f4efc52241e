import {
  run,
  type OutputSink,
  type RunOptionsWithFolder,
  type RunResult,
} from '@receptorjs/runner-core';
import { makePrivateDataDir } from '@receptorjs/runner-core/internal';
import type { NodeOptions, NodeRunResult } from '@receptorjs/runner-mesh';
import { deliverySentence, installedPlugins } from './installed-plugins.js';
import type { JobOptions } from './command-line/job-options.js';
import { RunnerLog } from './runner-log.js';

/** A job and how it is reported; can be handed to another process as JSON. */
export interface JobRequest {
  readonly options: JobOptions;
  /** The node the job runs on; here, if it is absent. */
  readonly node?: NodeOptions;
  readonly debug: boolean;
  /** Absolute path of the file that gets what the runner does. */
  readonly logfile?: string;
}

/** Where a job's reports go. */
export interface JobContext {
  readonly signal: AbortSignal;
  /** Where the job's output is shown; nowhere by default. */
  readonly output?: OutputSink;
  readonly onStatus?: (message: { readonly status: string }) => unknown;
  /** Gets what was asked for and has no effect, and what became of events meant for plugins; a sentence each. */
  readonly warn: (sentence: string) => void;
  /** Gets what `--debug` shows. */
  readonly log: (line: string) => void;
}

/** Runs a job, here or on another node, in a private data dir that is made if need be. @throws what {@link run} or `runOnNode` throws. */
export async function runJob(
  request: JobRequest,
  context: JobContext,
): Promise<RunResult | NodeRunResult> {
  await makePrivateDataDir(request.options.privateDataDir);
  const log = RunnerLog.open(request, context.log);
  const options = {
    ...request.options,
    signal: context.signal,
    onWarning: context.warn,
    plugins: await installedPlugins(context.warn),
    ...(log.wanted && { onLog: (line: string) => log.line(line) }),
    ...(context.output !== undefined && { output: context.output }),
    ...(context.onStatus !== undefined && { onStatus: context.onStatus }),
  };
  try {
    const result = await runSomewhere(options, request.node, context.warn);
    for (const delivery of result.deliveries) context.warn(deliverySentence(delivery));
    return result;
  } finally {
    log.close();
  }
}

async function runSomewhere(
  options: RunOptionsWithFolder & {
    readonly onStatus?: (message: { readonly status: string }) => unknown;
  },
  node: NodeOptions | undefined,
  onWaiting: (sentence: string) => void,
): Promise<RunResult | NodeRunResult> {
  if (node === undefined) return run(options);
  const { runOnNode } = await import('@receptorjs/runner-mesh');
  return runOnNode({ ...options, ...node, onWaiting });
}
