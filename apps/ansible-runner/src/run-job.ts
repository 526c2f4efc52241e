import { run, type OutputSink, type RunResult, type StatusHandler } from '@receptorjs/runner-core';
import type { JobOptions } from './job-options.js';
import { RunnerLog } from './runner-log.js';

/** A job and how it is reported; can be handed to another process as JSON. */
export interface JobRequest {
  readonly options: JobOptions;
  readonly debug: boolean;
  /** Absolute path of the file that gets what the runner does. */
  readonly logfile?: string;
}

/** Where a job's reports go. */
export interface JobSurroundings {
  readonly signal: AbortSignal;
  /** Where the job's output is shown; nowhere by default. */
  readonly output?: OutputSink;
  readonly onStatus?: StatusHandler;
  /** Gets what was asked for and has no effect, a sentence each. */
  readonly warn: (sentence: string) => void;
  /** Gets what `--debug` shows. */
  readonly log: (line: string) => void;
}

/** Runs a job here. @throws what {@link run} throws. */
export async function runJob(request: JobRequest, around: JobSurroundings): Promise<RunResult> {
  const log = RunnerLog.open(request, around.log);
  try {
    return await run({
      ...request.options,
      signal: around.signal,
      onWarning: around.warn,
      ...(log.wanted && { onLog: (line: string) => log.line(line) }),
      ...(around.output !== undefined && { output: around.output }),
      ...(around.onStatus !== undefined && { onStatus: around.onStatus }),
    });
  } finally {
    log.close();
  }
}
