import { ConfigurationError } from '../../errors.js';
import type { JobProcess } from './terminal-process.js';

/** A program to start; `program` is its path, `argv` what it sees, its name first. */
export interface TerminalCommand {
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const ROWS = 24;
export const COLUMNS = 80;

/** Ends what is sent to a launcher, so that it can tell that all of it came. */
const END_OF_COMMAND = 'end';

/**
 * Something that has a pseudo terminal of its own (24 x 80, no echo) and is ready to run a program there. It takes as long to
 * start as all the rest of a run, so it is started while the run is prepared.
 */
export interface TerminalLauncher {
  /**
   * Lets it run the program, whose output goes to `onOutput`. Called once.
   *
   * @throws {ConfigurationError} when the launcher could not be started, or the command contains a null character.
   */
  become(command: TerminalCommand, onOutput: (bytes: Buffer) => void): Promise<JobProcess>;
  /** Lets it end, unless it runs a program. */
  close(): void;
}

/**
 * A command as launchers take it.
 *
 * @throws {ConfigurationError} when it contains a null character.
 */
export function commandText({ program, argv, cwd, env }: TerminalCommand): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const words = [cwd, program, String(argv.length), ...argv, ...variables, END_OF_COMMAND];
  if (words.some((word) => word.includes('\0')))
    throw new ConfigurationError('A word of the command or its environment has a null character.');
  return words.join('\0');
}
