import { resolve } from 'node:path';
import { ConfigurationError } from '../errors.js';
import { executePlan } from '../execute-plan.js';
import type { EventFeed } from '../events/event-feed.js';
import { planJob } from './job-plan.js';
import type { PipedStreams } from '../process/piped-process.js';
import {
  makePrivateDataDir,
  readPrivateDataDir,
  requirePrivateDataDir,
} from '../inputs/private-data-dir.js';
import { validateJobOptions, type JobOptionNames } from '../inputs/run-option-checks.js';
import type { OutputSink, RunOptions } from '../inputs/run-options.js';
import type { RunResult } from '../run-result.js';

/** Options of a run that say what is run, or what only plays have. */
const PLAY_OPTIONS = [
  'playbook',
  'module',
  'moduleArgs',
  'hostPattern',
  'binary',
  'inventory',
  'extravars',
  'cmdline',
  'limit',
  'forks',
  'verbosity',
  'tags',
  'skipTags',
  'role',
  'roleVars',
  'roleSkipFacts',
  'rolesPath',
  'hosts',
  'omitEventData',
  'onlyFailedEventData',
  'projectDir',
  'directoryIsolationBasePath',
  'removePrivateDataDir',
] as const;
type PlayOption = (typeof PLAY_OPTIONS)[number];

/** How the options of a command differ from those of a run. */
export const COMMAND_OPTIONS: JobOptionNames = {
  without: PLAY_OPTIONS,
  besides: ['command', 'streams', 'errorOutput'],
};

/** A command line and how it is run. */
export interface CommandRunOptions extends Omit<RunOptions, PlayOption | 'privateDataDir'> {
  /** Folder with `env/` and for the artifacts; it is made if need be. */
  readonly privateDataDir: string;
  /** The command and its arguments. */
  readonly command: readonly string[];
  /**
   * Runs the command on pipes, or on these descriptors, rather than on a terminal: errors are apart from output, and
   * prompts are not answered. Default: a terminal.
   */
  readonly streams?: PipedStreams;
  /** Shows what the command writes to its standard error, when that is a pipe. Default: nowhere. */
  readonly errorOutput?: OutputSink;
}

/**
 * Runs any command as {@link run} runs Ansible: with events, artifacts, limits, isolation and, on a terminal, answers to
 * prompts. It works in `hostCwd`, by default the caller's working folder; in a container in `project/`. The private data dir is made, 0700,
 * when it does not exist.
 *
 * @param feed gets each event's file
 * @throws {ConfigurationError} before anything is started.
 * @throws {CallbackError} when a handler threw; the command was ended before.
 */
export async function runCommandLine(
  options: CommandRunOptions,
  feed?: EventFeed,
): Promise<RunResult> {
  validateJobOptions('runCommandLine', options, COMMAND_OPTIONS);
  requirePrivateDataDir('runCommandLine', options.privateDataDir);
  checkWords(options.command);
  await makePrivateDataDir(options.privateDataDir);
  const inputs = {
    ...(await readPrivateDataDir(options)),
    args: options.command,
    cwd: resolve(options.hostCwd ?? '.'),
  };
  const plan = await planJob(options, inputs, process.env, { streams: options.streams });
  return executePlan(plan, options, inputs.settings, feed);
}

/** @throws {ConfigurationError} for anything else, which can come from callers without types. */
function checkWords(command: readonly unknown[]): void {
  const words =
    Array.isArray(command) &&
    command.every((word) => typeof word === 'string' && !word.includes('\0'));
  if (!words || command.length === 0)
    throw new ConfigurationError(
      'The command must be a list of texts without null characters, its name first.',
    );
}
