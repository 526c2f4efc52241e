import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { ConfigurationError, errorCode } from './errors.js';
import { pythonFolder } from './python-assets.js';

/** A program to start; `program` is its path, `argv` what it sees, its name first. */
export interface TerminalCommand {
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Path of the Python that runs the launcher. */
  readonly python: string;
}

/** How a process ended: either by itself with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Quiet time after which the output of an ended process counts as read, in ms, if others hold the terminal open. */
const QUIET_MS = 250;

const ROWS = 24;
const COLUMNS = 80;

/**
 * A process on a pseudo terminal of its own (24 x 80, no echo), leader of its own session. The master
 * side is opened here; a small launcher adopts the slave side and becomes the program, so that process id
 * and exit status are the program's.
 */
export class TerminalProcess {
  readonly pid: number;
  readonly #master: ReadStream;
  readonly #ended: Promise<ProcessEnd>;

  private constructor(pid: number, master: ReadStream, ended: Promise<ProcessEnd>) {
    this.pid = pid;
    this.#master = master;
    this.#ended = ended;
  }

  /**
   * Starts the program; its output goes to `onOutput`.
   *
   * @throws ConfigurationError when there is no pseudo terminal to be had, or the launcher can't be started.
   */
  static async start(
    command: TerminalCommand,
    onOutput: (bytes: Buffer) => void,
  ): Promise<TerminalProcess> {
    const descriptor = openMaster();
    let master: ReadStream;
    try {
      master = new ReadStream(descriptor);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    // Reading ends with EIO once nobody has the slave side open any more.
    master.on('error', () => master.destroy());
    const launcher = ['-I', '-S', '-E', join(pythonFolder(), 'launch.py'), '3'];
    const child = spawn(
      command.python,
      [...launcher, String(ROWS), String(COLUMNS), command.program, ...command.argv],
      { cwd: command.cwd, env: command.env, stdio: ['ignore', 'ignore', 'inherit', descriptor] },
    );
    const ended = new Promise<ProcessEnd>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    try {
      await once(child, 'spawn');
    } catch (cause) {
      master.destroy();
      throw new ConfigurationError(
        `${command.python} can't be started: ${String(errorCode(cause))}.`,
        {
          cause,
        },
      );
    }
    master.on('data', onOutput);
    return new TerminalProcess(child.pid ?? 0, master, ended);
  }

  /** Types `text` on the terminal. */
  write(text: string): void {
    if (this.#master.writable) this.#master.write(text);
  }

  /** Stops reading until {@link resume}; the process blocks when the terminal's buffer is full. */
  pause(): void {
    this.#master.pause();
  }

  resume(): void {
    this.#master.resume();
  }

  /** Resolves when the process itself has ended; its output may not be read yet. */
  get ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  /** Resolves when the process has ended and everything it wrote was given out. Closes the terminal. */
  async finished(): Promise<ProcessEnd> {
    const end = await this.#ended;
    await this.#drained();
    this.#master.destroy();
    return end;
  }

  async #drained(): Promise<void> {
    const master = this.#master;
    if (master.destroyed || master.readableEnded) return;
    await new Promise<void>((resolve) => {
      const restart = () => timer.refresh();
      const timer = setTimeout(() => {
        // Whoever reads later than the quiet time, because the reader was paused, gets another round.
        if (master.isPaused()) restart();
        else done();
      }, QUIET_MS);
      const done = () => {
        clearTimeout(timer);
        master.off('data', restart);
        resolve();
      };
      master.on('data', restart);
      master.once('close', done);
      master.once('end', done);
    });
  }
}

function openMaster(): number {
  try {
    return openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY);
  } catch (cause) {
    throw new ConfigurationError(
      `No pseudo terminal can be opened (/dev/ptmx: ${String(errorCode(cause))}); the job runs on one.`,
      { cause },
    );
  }
}
