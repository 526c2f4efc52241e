import type { FinalStatus } from '@receptorjs/runner-core';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError, type CommandLine, type CommandLineOptions } from './command-line.js';

/** What a subcommand gets to work with. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by SIGTERM, SIGINT and SIGHUP; never for `transmit`, which these signals end as they end any program. */
  readonly signal: AbortSignal;
  readonly version: string;
}

/** Carries a command line out and returns the exit code. */
export async function carryOut(line: CommandLine, around: Surroundings): Promise<number> {
  switch (line.subcommand) {
    case 'run':
      return runHere(line, around);
    case 'transmit':
      return send(line, around);
    case 'worker':
      return workFor(line, around);
    case 'process':
      return receive(line, around);
  }
}

async function runHere({ privateDataDir = '.', options }: CommandLine, around: Surroundings) {
  const { run } = await import('@receptorjs/runner-core');
  const { artifactDir, projectDir, quiet, json } = options;
  const result = await run({
    ...jobOptions(privateDataDir, options),
    privateDataDir,
    signal: around.signal,
    onWarning: (sentence) => around.stderr.write(`ansible-runner: ${sentence}\n`),
    ...(quiet !== true && { output: around.stdout }),
    ...(json === true && { jsonMode: true }),
    ...(artifactDir !== undefined && { artifactDir }),
    ...(projectDir !== undefined && { projectDir }),
  });
  return exitCode(result.status, result.rc);
}

async function send({ privateDataDir = '.', options }: CommandLine, around: Surroundings) {
  const { transmit } = await import('@receptorjs/runner-streaming');
  await transmit({ ...jobOptions(privateDataDir, options), privateDataDir, output: around.stdout });
  return 0;
}

async function workFor({ options }: CommandLine, around: Surroundings) {
  const { formatWorkerInfo, work, workerInfo } = await import('@receptorjs/runner-streaming');
  if (options.workerInfo === true) {
    around.stdout.write(formatWorkerInfo(await workerInfo(around.version)));
    return 0;
  }
  const { privateDataDir, keepaliveSeconds } = options;
  const result = await work({
    input: around.stdin,
    output: around.stdout,
    signal: around.signal,
    ...(privateDataDir !== undefined && { privateDataDir }),
    ...(options.delete === true && { delete: true }),
    ...(keepaliveSeconds !== undefined && { keepaliveSeconds }),
  });
  return exitCode(result.status, result.rc);
}

async function receive({ privateDataDir = '.', options }: CommandLine, around: Surroundings) {
  const { processResults } = await import('@receptorjs/runner-streaming');
  const { artifactDir, ident, quiet, json } = options;
  const result = await processResults({
    input: around.stdin,
    privateDataDir,
    signal: around.signal,
    ...(artifactDir !== undefined && { artifactDir }),
    ...(ident !== undefined && { ident }),
    ...(quiet !== true && { output: around.stdout }),
    ...(json === true && { jsonMode: true }),
  });
  if (result.explanation !== undefined) around.stderr.write(`${result.explanation}\n`);
  return exitCode(result.status, result.rc ?? (result.status === 'canceled' ? 254 : 1));
}

/** 0 for success only; a job that failed with rc 0 does not exist, but nobody shall rely on that. */
function exitCode(status: FinalStatus | 'error' | (string & {}), rc: number): number {
  if (status === 'successful') return rc;
  return rc === 0 ? 1 : rc;
}

function jobOptions(privateDataDir: string, options: CommandLineOptions) {
  const { playbook, module, args, hosts, limit, cmdline, forks, rolesPath, binary } = options;
  const { ident, rotateArtifacts, verbose } = options;
  return {
    ...(playbook !== undefined && { playbook }),
    ...(module !== undefined && { module }),
    ...(args !== undefined && { moduleArgs: args }),
    ...(hosts !== undefined && { hostPattern: hosts }),
    ...(limit !== undefined && { limit }),
    ...(cmdline !== undefined && { cmdline }),
    ...(forks !== undefined && { forks }),
    ...(rolesPath !== undefined && { rolesPath }),
    ...(binary !== undefined && { binary }),
    ...(ident !== undefined && { ident }),
    ...(rotateArtifacts !== undefined && { rotateArtifacts }),
    ...(verbose > 0 && { verbosity: verbose }),
    ...(options.inventory !== undefined && {
      inventory: inventory(privateDataDir, options.inventory),
    }),
    ...(options.omitEventData === true && { omitEventData: true }),
    ...(options.onlyFailedEventData === true && { onlyFailedEventData: true }),
  };
}

/** An inventory as the command line means it: a path from here, or one below the private data dir. */
function inventory(privateDataDir: string, given: string): string {
  const candidates = [resolve(given), resolve(join(privateDataDir, 'inventory', given))];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found !== undefined) return found;
  if (given.includes(',')) return given;
  throw new UsageError('Value for --inventory does not appear to be a valid path.', 1);
}
