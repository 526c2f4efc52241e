import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import { ConfigurationError, errorCode } from '../../errors.js';
import { pythonFolder } from '../../python-assets.js';
import {
  COLUMNS,
  commandText,
  ROWS,
  type TerminalCommand,
  type TerminalLauncher,
} from './terminal-launcher.js';
import { TerminalProcess, type ProcessEnd } from './terminal-process.js';

/** Descriptors of the launcher. */
const MASTER = 3;
const COMMAND = 4;

/**
 * As Linux allows: Node opens the terminal, and a small process adopts it and then becomes the program, so that process id and exit
 * status are the program's. Owns the master side of the terminal until {@link become} hands it over.
 */
export class AdoptedTerminal implements TerminalLauncher {
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
    // `become` throws the error.
    this.#spawned.catch(() => undefined);
    this.#command?.on('error', () => undefined);
  }

  /**
   * Starts it.
   *
   * @param python path of the Python that runs it
   * @throws {ConfigurationError} when there is no pseudo terminal to be had.
   */
  static open(python: string): AdoptedTerminal {
    const descriptor = openMaster();
    let master: ReadStream;
    try {
      // Half open, because the end it reports may come before the last bytes: see `TerminalProcess`.
      master = new ReadStream(descriptor, { allowHalfOpen: true });
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    // Reading ends with EIO once no process has the slave side open any more.
    master.on('error', () => master.destroy());
    const numbers = [MASTER, COMMAND, ROWS, COLUMNS].map(String);
    const child = spawn(python, ['-I', '-S', '-E', join(pythonFolder(), 'launch.py'), ...numbers], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit', descriptor, 'pipe'],
    });
    return new AdoptedTerminal(child, master, descriptor, python);
  }

  /**
   * Lets it become the program, whose output goes to `onOutput`. Called once.
   *
   * @throws {ConfigurationError} when the launcher could not be started, or the command contains a null character.
   */
  async become(
    command: TerminalCommand,
    onOutput: (bytes: Buffer) => void,
  ): Promise<TerminalProcess> {
    const words = commandText(command);
    try {
      await this.#spawned;
    } catch (cause) {
      throw new ConfigurationError(
        `${this.#python} can't be started: ${String(errorCode(cause))}.`,
        { cause },
      );
    }
    this.#used = true;
    this.#command?.end(words);
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
    this.#command?.end();
    this.#master.destroy();
  }

  /** The pipe that carries the command; none where the launcher could not be started. */
  get #command(): Writable | undefined {
    const stdio = this.#child.stdio as ChildProcess['stdio'] | undefined;
    const pipe = stdio?.[COMMAND];
    return pipe && 'write' in pipe ? pipe : undefined;
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
