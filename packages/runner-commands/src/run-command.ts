import {
  ConfigurationError,
  type FinalStatus,
  type PipedStreams,
  type TimeoutKind,
} from '@receptorjs/runner-core';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import {
  anything,
  count,
  either,
  instanceOf,
  optional,
  text,
  withMethods,
} from '@receptorjs/validation';
import { requireList } from './answer.js';
import { start, type CommandHandle } from './command-handle.js';
import {
  validateCommandOptions,
  checkedMode,
  type CommonOptions,
  type RunnerMode,
} from './common-options.js';
import { finishCommand, type CommandPlace } from './finished-command.js';

/** Which command, and how. */
export interface CommandOptions extends CommonOptions {
  /** The command: a name on the `PATH`, or a path. */
  readonly executableCmd: string;
  readonly cmdlineArgs?: readonly string[];
  /** Descriptor the command reads from. Default: it has nothing to read. */
  readonly inputFd?: number;
  /** What the command reads: a text, bytes, or a stream, whose failure ends the command. Not together with `inputFd`. */
  readonly input?: string | Uint8Array | Readable;
  /** Descriptor the command writes to; nothing of it is in the result or the artifacts then. */
  readonly outputFd?: number;
  /** Descriptor for errors, likewise. */
  readonly errorFd?: number;
  /**
   * Default: `subprocess` when there is a descriptor or an input, and for `ansible-config`, `ansible-doc` and `ansible-galaxy`; else
   * `pexpect`.
   */
  readonly runnerMode?: RunnerMode;
}

/** How a command ended and what it wrote. */
export interface CommandResult {
  readonly status: FinalStatus;
  /** Exit status; 128 + n after signal n, 254 after cancel or timeout, 127 when there is no such command. */
  readonly rc: number;
  /** On a terminal with the errors in it. Lines end with `\n`. */
  readonly stdout: string;
  /** Empty on a terminal. */
  readonly stderr: string;
  readonly ident: string;
  /** Which limit was reached, when the status is `timeout`. */
  readonly timedOut: TimeoutKind | undefined;
  /** Why the command was ended early, or the error it named last when it failed. */
  readonly explanation: string | undefined;
}

/** Commands that ask nothing and would show their output in a pager on a terminal. */
const NOT_INTERACTIVE = new Set(['ansible-config', 'ansible-doc', 'ansible-galaxy']);

/**
 * Runs any command and gives back what it wrote. On a terminal Ansible's commands make the events of a run.
 *
 * @throws {ConfigurationError} when the options contradict each other.
 * @throws {CallbackError} when a handler threw; the command was ended before.
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  return execute(options);
}

async function execute(options: CommandOptions, place?: CommandPlace): Promise<CommandResult> {
  validateCommandOptions<CommandOptions>('runCommand', options, {
    executableCmd: optional(text),
    cmdlineArgs: optional(anything),
    inputFd: optional(count),
    input: optional(
      either(text, instanceOf(Uint8Array), withMethods('a stream that is read', 'on', 'pipe')),
    ),
    outputFd: optional(count),
    errorFd: optional(count),
  });
  const { executableCmd, cmdlineArgs, runnerMode, ...rest } = options;
  const { inputFd, outputFd, errorFd, input, ...others } = rest;
  if (inputFd !== undefined && input !== undefined)
    throw new ConfigurationError('inputFd and input are two inputs; leave out one of them.');
  if (!executableCmd)
    throw new ConfigurationError("For CommandRunner 'executable_cmd' value is required");
  if (cmdlineArgs !== undefined) requireList('cmdlineArgs', cmdlineArgs);
  const name = basename(executableCmd);
  if (!name.startsWith('ansible') && name.includes('python') && cmdlineArgs === undefined)
    throw new ConfigurationError('Runner requires python filename for execution');
  const streams: PipedStreams = {
    ...(inputFd !== undefined && { stdin: inputFd }),
    ...(input !== undefined && { stdin: input }),
    ...(outputFd !== undefined && { stdout: outputFd }),
    ...(errorFd !== undefined && { stderr: errorFd }),
  };
  const piped = Object.keys(streams).length > 0;
  const mode =
    checkedMode(runnerMode) ?? (piped || NOT_INTERACTIVE.has(name) ? 'subprocess' : 'pexpect');
  if (mode === 'pexpect' && piped)
    throw new ConfigurationError(
      "inputFd, outputFd, errorFd and input are applicable only with 'subprocess' runner mode; leave out runnerMode or them.",
    );
  const { result, stdout, stderr } = await finishCommand(
    others,
    [executableCmd, ...(cmdlineArgs ?? [])],
    mode === 'subprocess' ? streams : undefined,
    place,
  );
  const { status, rc, ident, timedOut, explanation } = result;
  return { status, rc, stdout, stderr, ident, timedOut, explanation };
}

/**
 * Starts {@link runCommand} and returns at once.
 *
 * @throws {ConfigurationError} for an ident that can't be used.
 */
export function runCommandAsync(options: CommandOptions): CommandHandle<CommandResult> {
  return start(execute, options);
}
