import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { ConfigurationError, errorCode } from './errors.js';
import { pythonFolder } from './python-assets.js';
import { TerminalProcess, type ProcessEnd } from './terminal-process.js';

/** A program to start; `program` is its path, `argv` what it sees, its name first. */
export interface TerminalCommand {
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const ROWS = 24;
const COLUMNS = 80;

/** Descriptors of the launcher. */
const MASTER = 3;
const COMMAND = 4;

/** Ends what is sent to the launcher, so that it can tell that all of it came. */
const END_OF_COMMAND = 'end';

/**
 * A small process that has a pseudo terminal of its own (24 x 80, no echo) and is ready to become a program there, so that
 * process id and exit status are the program's. It takes as long to start as all the rest of a run, so it is started while the
 * run is prepared. Owns the master side of the terminal until {@link become} hands it over.
 */
export class TerminalLauncher {
  readonly #child: ChildProcess;
  readonly #master: ReadStream;
  readonly #descriptor: number;
  readonly #ended: Promise<ProcessEnd>;
  readonly #spawned: Promise<unknown>;
  readonly #python: string;
  #used = false;

  private constructor(child: ChildProcess, master: ReadStream, descriptor: number, python: string) {
    this.#child = child;
    this.#master = master;
    this.#descriptor = descriptor;
    this.#python = python;
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.#spawned = once(child, 'spawn');
    // Whoever uses it gets the error then.
    this.#spawned.catch(() => undefined);
    this.#command.on('error', () => undefined);
  }

  /**
   * Starts it.
   *
   * @param python path of the Python that runs it
   * @throws ConfigurationError when there is no pseudo terminal to be had.
   */
  static open(python: string): TerminalLauncher {
    const descriptor = openMaster();
    let master: ReadStream;
    try {
      // Half open, because the end it reports may come before the last bytes: see `TerminalProcess`.
      master = new ReadStream(descriptor, { allowHalfOpen: true });
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    // Reading ends with EIO once nobody has the slave side open any more.
    master.on('error', () => master.destroy());
    const numbers = [MASTER, COMMAND, ROWS, COLUMNS].map(String);
    const child = spawn(python, ['-I', '-S', '-E', join(pythonFolder(), 'launch.py'), ...numbers], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit', descriptor, 'pipe'],
    });
    return new TerminalLauncher(child, master, descriptor, python);
  }

  /**
   * Lets it become the program, whose output goes to `onOutput`. Called once.
   *
   * @throws ConfigurationError when the launcher could not be started, or the command contains a null character.
   */
  async become(
    { program, argv, cwd, env }: TerminalCommand,
    onOutput: (bytes: Buffer) => void,
  ): Promise<TerminalProcess> {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const words = [cwd, program, String(argv.length), ...argv, ...variables, END_OF_COMMAND];
    if (words.some((word) => word.includes('\0')))
      throw new ConfigurationError(
        'A word of the command or its environment has a null character.',
      );
    try {
      await this.#spawned;
    } catch (cause) {
      throw new ConfigurationError(
        `${this.#python} can't be started: ${String(errorCode(cause))}.`,
        { cause },
      );
    }
    this.#used = true;
    this.#command.end(words.join('\0'));
    return new TerminalProcess(
      this.#child.pid ?? 0,
      this.#master,
      this.#descriptor,
      this.#ended,
      onOutput,
    );
  }

  /** Lets it end, unless it has become a program. */
  close(): void {
    if (this.#used) return;
    this.#command.end();
    this.#master.destroy();
  }

  /** The way to tell it the command. */
  get #command(): Writable {
    const pipe = this.#child.stdio[COMMAND];
    if (pipe && 'write' in pipe) return pipe;
    throw new TypeError('the launcher has no pipe for its command');
  }
}

function openMaster(): number {
  try {
    return openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new ConfigurationError(
      `No pseudo terminal can be opened (/dev/ptmx: ${String(errorCode(cause))}); the job runs on one.`,
      { cause },
    );
  }
}
