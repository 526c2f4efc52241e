import type { OutputSink, RunResult } from '@receptorjs/runner-core';
import type { NodeRunResult } from '@receptorjs/runner-mesh';
import { resolve } from 'node:path';
import { archiveLimits } from './command-line/archive-options.js';
import type { CommandLineOptions } from './command-line/command-line-options.js';
import type { CommandContext } from './command-context.js';
import type { CommandLine } from './command-line/checked-options.js';
import { exitCode } from './exit-code.js';
import type { JobRequest, JobContext } from './run-job.js';
import { logOptions, RunnerLog } from './runner-log.js';

/**
 * Carries a command line out and returns the exit code. Each subcommand's code is loaded when it is called for, so that
 * none waits for the others'.
 */
export async function dispatch(line: CommandLine, context: CommandContext): Promise<number> {
  const { options } = line;
  const folder = resolve(line.privateDataDir ?? '.');
  switch (line.subcommand) {
    case 'run':
      return runHere(folder, options, context);
    case 'adhoc':
    case 'playbook': {
      const { runDirectly } = await import('./direct-run.js');
      const { subcommand, words } = line;
      const reports = shown(options, context);
      const log = logOptions(options);
      return reportResult(
        await runDirectly(subcommand, words, options, log, reports),
        options,
        context,
      );
    }
    case 'start': {
      const { startInBackground } = await import('./background/start.js');
      await startInBackground({ folder, job: await jobRequest(folder, options) });
      return 0;
    }
    case 'stop': {
      const { stopBackground } = await import('./background/stop.js');
      if (await stopBackground(folder)) return 0;
      context.stderr.write(`ansible-runner: no run was started in ${folder}.\n`);
      return 1;
    }
    case 'is-alive': {
      const { readPidFile } = await import('./background/pid-file.js');
      return (await readPidFile(folder))?.alive === true ? 0 : 1;
    }
    case 'transmit':
      return send(folder, options, context);
    case 'worker':
      return (await import('./work-for.js')).workFor(options, context);
    case 'worker cleanup':
      return cleanUp(options, context);
    case 'process':
      return receive(folder, options, context);
  }
}

async function jobRequest(folder: string, options: CommandLineOptions): Promise<JobRequest> {
  const { jobOptions, nodeOptions } = await import('./command-line/job-options.js');
  const node = nodeOptions(options);
  return {
    options: jobOptions(folder, options),
    node,
    ...logOptions(options),
  };
}

/** Where a job in the foreground reports to. */
function shown(options: CommandLineOptions, context: CommandContext): JobContext {
  return {
    signal: context.signal,
    warn: (sentence) => context.stderr.write(`ansible-runner: ${sentence}\n`),
    log: (line) => context.stdout.write(`${line}\n`),
    ...output(options, context),
  };
}

function output(options: CommandLineOptions, { stdout }: CommandContext): { output?: OutputSink } {
  return options.quiet === true ? {} : { output: stdout };
}

async function runHere(folder: string, options: CommandLineOptions, context: CommandContext) {
  const { runJob } = await import('./run-job.js');
  const result = await runJob(await jobRequest(folder, options), shown(options, context));
  return reportResult(result, options, context);
}

/** Says why a run ended, where that can be said and was not shown yet, and gives its exit code. */
function reportResult(
  result: RunResult | NodeRunResult,
  options: CommandLineOptions,
  context: CommandContext,
): number {
  if (result.explanation !== undefined && !wasShown(result, options))
    context.stderr.write(`ansible-runner: ${result.explanation}\n`);
  return exitCode(result.status, result.rc);
}

/** `rc` of a job that was ended by the runner, and the first of those that a signal ended. */
const [RC_ENDED, RC_SIGNAL] = [254, 129];

/** What a job says of its own end stands in its output. */
function wasShown(
  { status, rc = 0 }: { readonly status: string; readonly rc?: number },
  { quiet }: CommandLineOptions,
): boolean {
  const itself = status === 'failed' && rc !== RC_ENDED && (rc < RC_SIGNAL || rc > RC_SIGNAL + 64);
  return itself && quiet !== true;
}

async function send(folder: string, options: CommandLineOptions, context: CommandContext) {
  const { jobOptions } = await import('./command-line/job-options.js');
  const job = jobOptions(folder, options);
  const { makePrivateDataDir } = await import('@receptorjs/runner-core/internal');
  await makePrivateDataDir(folder);
  const { transmit } = await import('@receptorjs/runner-streaming');
  const { portableOptions } = await import('@receptorjs/runner-streaming/internal');
  await transmit({
    ...portableOptions(job),
    privateDataDir: job.privateDataDir,
    output: context.stdout,
  });
  return 0;
}

async function cleanUp(options: CommandLineOptions, context: CommandContext) {
  const { cleanup } = await import('@receptorjs/runner-streaming');
  const { filePattern, excludeStrings, removeImages, gracePeriod, imagePrune } = options;
  const { processIsolationExecutable } = options;
  await cleanup({
    onLine: (line) => context.stdout.write(`${line}\n`),
    filePattern,
    excludeStrings,
    removeImages,
    gracePeriod,
    ...(imagePrune === true && { imagePrune }),
    processIsolationExecutable,
  });
  return 0;
}

async function receive(folder: string, options: CommandLineOptions, context: CommandContext) {
  const { processResults } = await import('@receptorjs/runner-streaming');
  const { deliverySentence, installedPlugins } = await import('./installed-plugins.js');
  const { artifactDir, ident, json, eventLog } = options;
  const { warn } = shown(options, context);
  const log = RunnerLog.open(logOptions(options), warn);
  try {
    const result = await processResults({
      input: context.stdin,
      privateDataDir: folder,
      signal: context.signal,
      ...archiveLimits(options),
      ...(artifactDir !== undefined && { artifactDir }),
      ...(ident !== undefined && { ident }),
      ...output(options, context),
      ...(json === true && { jsonMode: true }),
      ...(eventLog === true && { eventLog: true }),
      plugins: await installedPlugins(warn),
      onWarning: warn,
      onDamage: warn,
      ...(log.wanted && { onLog: (line: string) => log.line(line) }),
    });
    for (const delivery of result.deliveries) warn(deliverySentence(delivery));
    if (result.explanation !== undefined && !wasShown(result, options))
      context.stderr.write(`${result.explanation}\n`);
    return exitCode(result.status, result.rc ?? (result.status === 'canceled' ? 254 : 1));
  } finally {
    log.close();
  }
}
