import { spacedJson } from '@receptorjs/runner-core/internal';
import { work } from '@receptorjs/runner-streaming';
import { formatWorkerInfo, refuseWork, workerInfo } from '@receptorjs/runner-streaming/internal';
import { writeSync } from 'node:fs';
import { archiveLimits } from './command-line/archive-options.js';
import type { CommandLineOptions } from './command-line/command-line-options.js';
import { UsageError } from './command-line/usage.js';
import { exitCode } from './exit-code.js';
import { logOptions, RunnerLog } from './runner-log.js';
import type { CommandContext } from './command-context.js';

/**
 * Carries out `worker`. Until the stream has ended nothing but the stream is written to standard output and error: a unit of
 * work has both in one file. The exit code is the job's rc; where there was no job, 0, as the original's, or 1 when
 * `--fail-on-error` asks for it.
 */
export async function workFor(
  options: CommandLineOptions,
  context: CommandContext,
): Promise<number> {
  if (options.workerInfo === true) {
    context.stdout.write(formatWorkerInfo(await workerInfo(context.version)));
    return 0;
  }
  const silenced = silence(context);
  try {
    const { status, rc } = await speak(options, context, silenced);
    return status === 'error' ? (options.failOnError === true ? 1 : 0) : exitCode(status, rc);
  } finally {
    silenced.end();
  }
}

async function speak(
  options: CommandLineOptions,
  context: CommandContext,
  silenced: Silenced,
): Promise<Awaited<ReturnType<typeof work>>> {
  const { privateDataDir, keepaliveSeconds, blobStore } = options;
  let log: RunnerLog;
  try {
    // What `--debug` shows goes into the stream.
    log = RunnerLog.open({ ...logOptions(options), debug: false }, () => undefined);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return refuseWork(context.stdout, error.message);
  }
  try {
    return await work({
      input: context.stdin,
      output: context.stdout,
      signal: context.signal,
      ...archiveLimits(options),
      onStream: (warn) => silenced.heardBy(warn),
      ...(options.debug === true && { sendLog: true }),
      onLog: log.wanted ? (line: string) => log.line(line) : undefined,
      ...(privateDataDir !== undefined && { privateDataDir }),
      ...(options.delete === true && { delete: true }),
      ...(keepaliveSeconds !== undefined && { keepaliveSeconds }),
      ...(blobStore !== undefined && { blobStore: { folder: blobStore } }),
    });
  } finally {
    log.close();
  }
}

/** Descriptor of standard output. */
const STANDARD_OUTPUT = 1;

interface Silenced {
  /** Who gets what would have been written to standard error. */
  heardBy(warn: (sentence: string) => void): void;
  end(): void;
}

/** Keeps Node from writing its own warnings to standard error, and a failure of this program from being anything but a status. */
function silence({ stdout }: CommandContext): Silenced {
  let hear: (sentence: string) => void = () => undefined;
  const shown = process.listeners('warning');
  const onWarning = (warning: Error) => hear(`${warning.name}: ${warning.message}`);
  const onFailure = (error: unknown) => {
    const job_explanation = `The worker failed: ${String(error)}`;
    // Whatever is being written is over; the status begins a line of its own.
    const status = spacedJson({ status: 'error', job_explanation });
    if (!stdout.destroyed) writeSync(STANDARD_OUTPUT, `\n${status}\n{"eof": true}\n`);
    process.exit(1);
  };
  process.removeAllListeners('warning').on('warning', onWarning);
  process.on('uncaughtException', onFailure);
  return {
    heardBy: (warn) => (hear = warn),
    end() {
      process.removeListener('warning', onWarning).removeListener('uncaughtException', onFailure);
      for (const listener of shown) process.on('warning', listener);
    },
  };
}
