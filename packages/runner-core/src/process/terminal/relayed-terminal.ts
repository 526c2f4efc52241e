import { errorText } from '@receptorjs/primitives';
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { ConfigurationError, errorCode } from '../../errors.js';
import { pythonFolder } from '../../python-assets.js';
import { RelayReports } from '../relay-reports.js';
import { RelayedProcess } from '../relayed-process.js';
import {
  COLUMNS,
  commandText,
  ROWS,
  type TerminalCommand,
  type TerminalLauncher,
} from './terminal-launcher.js';

/** Descriptors of the relay. */
const CHANNEL = 3;
const CONTROL = 4;

/**
 * As every system with Python allows: a process opens the terminal, starts the program on it, and passes on what is printed and
 * typed. Owns the sockets to that process until {@link become} hands them over.
 */
export class RelayedTerminal implements TerminalLauncher {
  readonly #channel: Socket;
  readonly #control: Socket;
  readonly #reports: RelayReports;
  readonly #python: string;
  #used = false;

  private constructor(relay: ChildProcess, python: string) {
    this.#python = python;
    this.#channel = socketOf(relay, CHANNEL, python);
    this.#control = socketOf(relay, CONTROL, python);
    for (const socket of [this.#channel, this.#control]) socket.on('error', () => socket.destroy());
    this.#reports = new RelayReports(relay, this.#control);
  }

  /**
   * Starts it.
   *
   * @param python path of the Python that runs it
   * @throws {ConfigurationError} when no more files can be opened.
   */
  static open(python: string): RelayedTerminal {
    const words = [CHANNEL, CONTROL, ROWS, COLUMNS].map(String);
    const relay = spawn(python, ['-I', '-S', '-E', join(pythonFolder(), 'relay.py'), ...words], {
      cwd: '/',
      // It gets no signals from the terminal of this process.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'],
    });
    // Also of one without sockets, whose error comes later and would end this process.
    relay.on('error', () => undefined);
    return new RelayedTerminal(relay, python);
  }

  async become(
    command: TerminalCommand,
    onOutput: (bytes: Buffer) => void,
  ): Promise<RelayedProcess> {
    const text = commandText(command);
    this.#used = true;
    this.#control.end(text);
    try {
      const { pid, terminal } = await this.#reports.started;
      return new RelayedProcess(pid, terminal, this.#channel, this.#reports.ended, onOutput);
    } catch (cause) {
      this.#channel.destroy();
      const reason = errorCode(cause) ?? errorText(cause);
      throw new ConfigurationError(
        `${this.#python} gives no pseudo terminal, and the job runs on one: ${reason}.`,
        { cause },
      );
    }
  }

  close(): void {
    if (this.#used) return;
    this.#control.end();
    this.#channel.destroy();
  }
}

function socketOf(relay: ChildProcess, descriptor: number, python: string): Socket {
  // There are none where no more files can be opened.
  const stdio = relay.stdio as ChildProcess['stdio'] | undefined;
  const stream = stdio?.[descriptor];
  if (stream instanceof Socket) return stream;
  throw new ConfigurationError(
    `${python} gives no pseudo terminal, and the job runs on one: no more files can be opened.`,
  );
}
