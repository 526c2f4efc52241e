import { ConfigurationError, type FinalStatus } from '@receptorjs/runner-core';
import { checkedMode, type CommonOptions } from './common-options.js';
import { finishCommand, type CommandPlace } from './finished-command.js';

/** What a command answered: its response when it was successful, else what it said. */
export type Answer<Response> =
  | {
      readonly status: 'successful';
      readonly rc: 0;
      readonly response: Response;
      /** What the command wrote to its standard error, warnings for example; empty on a terminal. */
      readonly error: string;
    }
  | {
      readonly status: Exclude<FinalStatus, 'successful'>;
      /** Exit status; 128 + n after signal n, 254 after cancel or timeout. */
      readonly rc: number;
      /** What the command wrote to its standard output. */
      readonly output: string;
      readonly error: string;
    };

/** A question to one of Ansible's commands. */
export interface Question<Response> {
  readonly command: readonly string[];
  /** Reads the response out of the output. */
  readonly read: (output: string) => Response;
}

/** On a terminal these commands show what they have in a pager, which waits for a key. */
const NO_PAGER = { PAGER: 'cat', ANSIBLE_PAGER: 'cat' };

/**
 * Asks a command of Ansible.
 *
 * @param place where the caller reads its events
 * @throws {ConfigurationError} when there is no such command, or the options can't be used.
 * @throws {CommandError} when the response is not what it should be.
 */
export async function ask<Response>(
  { runnerMode, ...options }: CommonOptions,
  { command, read }: Question<Response>,
  place?: CommandPlace,
): Promise<Answer<Response>> {
  const terminal = checkedMode(runnerMode) === 'pexpect';
  const { result, stdout, stderr } = await finishCommand(
    terminal ? { ...options, envvars: { ...NO_PAGER, ...options.envvars } } : options,
    command,
    terminal ? undefined : {},
    place,
  );
  const { status, rc } = result;
  if (status === 'successful') return { status, rc: 0, response: read(stdout), error: stderr };
  if (rc === 127 && stdout.startsWith('The command was not found'))
    throw new ConfigurationError(
      `${String(command[0])} command not found; install ansible-core, or name its folder in PATH.`,
    );
  return { status, rc, output: stdout, error: stderr };
}

/** The text itself. */
export const asText = (output: string): string => output;

/** Words of an option, none when it has no value. */
export function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [name, value];
}

/** @throws {ConfigurationError} for a value that can come from callers without types. */
export function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value))
    throw new ConfigurationError(
      `Invalid ${name} ${value}, valid value is one of either ${allowed.join(', ')}`,
    );
}

/** @throws {ConfigurationError} for anything but a list, which can come from callers without types. */
export function requireList(name: string, value: unknown): void {
  if (!Array.isArray(value))
    throw new ConfigurationError(`${name} should be of type list; it is a ${typeof value}.`);
}
