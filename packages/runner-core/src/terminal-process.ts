import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync } from 'node:fs';
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

/** Most bytes that are read after the end of a process, in case others go on writing to its terminal. */
const MAX_REST_BYTES = 4 * 1024 * 1024;

/** Time from a prompt to the answer. */
const TYPING_DELAY_MS = 50;

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
  readonly #descriptor: number;
  readonly #onOutput: (bytes: Buffer) => void;
  readonly #ended: Promise<ProcessEnd>;
  /** Called when reading may go on. */
  #resumed: (() => void) | undefined;

  private constructor(
    pid: number,
    master: ReadStream,
    descriptor: number,
    onOutput: (bytes: Buffer) => void,
    ended: Promise<ProcessEnd>,
  ) {
    this.pid = pid;
    this.#master = master;
    this.#descriptor = descriptor;
    this.#onOutput = onOutput;
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
      // Half open, because the end it reports may come before the last bytes: see `finished`.
      master = new ReadStream(descriptor, { allowHalfOpen: true });
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
    return new TerminalProcess(child.pid ?? 0, master, descriptor, onOutput, ended);
  }

  /** Types `text` on the terminal, a moment later: some programs forget what was typed before their prompt. */
  type(text: string): void {
    setTimeout(() => {
      if (this.#master.writable) this.#master.write(text);
    }, TYPING_DELAY_MS);
  }

  /** Stops reading until {@link resume}; the process blocks when the terminal's buffer is full. */
  pause(): void {
    this.#master.pause();
  }

  resume(): void {
    this.#master.resume();
    this.#resumed?.();
  }

  /** Resolves when the process itself has ended; its output may not be read yet. */
  get ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  /**
   * Resolves when the process has ended and everything it wrote was given out. Closes the terminal.
   *
   * Once nobody has the slave side open, the event loop takes any short read for the last one, though there may be
   * more in the terminal's buffer. So the rest is read here, until the terminal says that there is none.
   */
  async finished(): Promise<ProcessEnd> {
    const end = await this.#ended;
    await this.#allTaken();
    this.#giveRest();
    this.#master.destroy();
    return end;
  }

  /** Resolves when nothing of what was read waits, because reading is paused or has just been resumed. */
  async #allTaken(): Promise<void> {
    const master = this.#master;
    while (!master.destroyed && (master.isPaused() || master.readableLength > 0))
      if (master.isPaused())
        await new Promise<void>((resolve) => {
          this.#resumed = resolve;
        });
      else await new Promise((resolve) => setImmediate(resolve));
  }

  #giveRest(): void {
    const buffer = Buffer.allocUnsafe(64 * 1024);
    for (let given = 0; given < MAX_REST_BYTES && !this.#master.destroyed;) {
      let length: number;
      try {
        length = readSync(this.#descriptor, buffer);
      } catch {
        // EIO: nobody has the slave side open. EAGAIN: somebody has, but there is nothing to read.
        return;
      }
      if (length === 0) return;
      given += length;
      this.#onOutput(Buffer.from(buffer.subarray(0, length)));
    }
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
