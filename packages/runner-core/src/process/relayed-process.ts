import { closeSync, constants, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { terminalModes } from './terminal/terminal-modes.js';
import { TYPING_DELAY_MS, type JobProcess, type ProcessEnd } from './terminal/terminal-process.js';

/** A process on a pseudo terminal that a relay passes on, leader of its own session. Owns the sockets to the relay. */
export class RelayedProcess implements JobProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  readonly #terminal: string;
  readonly #channel: Socket;
  readonly #closed: Promise<unknown>;

  /**
   * @param terminal path of the terminal
   * @param channel what the process prints and what is typed; nothing has been read from it yet
   * @param onOutput gets what the process prints
   */
  constructor(
    pid: number,
    terminal: string,
    channel: Socket,
    ended: Promise<ProcessEnd>,
    onOutput: (bytes: Buffer) => void,
  ) {
    this.pid = pid;
    this.ended = ended;
    this.#terminal = terminal;
    this.#channel = channel;
    this.#closed = new Promise<void>((resolve) => {
      channel.once('close', () => resolve());
    });
    channel.on('data', onOutput);
  }

  type(text: string): void {
    setTimeout(() => {
      if (this.#channel.writable) this.#channel.write(text);
    }, TYPING_DELAY_MS);
  }

  pause(): void {
    this.#channel.pause();
  }

  resume(): void {
    this.#channel.resume();
  }

  async modes(): Promise<string> {
    let descriptor: number;
    try {
      descriptor = openSync(
        this.#terminal,
        constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK,
      );
    } catch {
      return '';
    }
    try {
      return await terminalModes(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The relay closes its way when all is given out. */
  async finished(): Promise<ProcessEnd> {
    const end = await this.ended;
    await this.#closed;
    return end;
  }
}
