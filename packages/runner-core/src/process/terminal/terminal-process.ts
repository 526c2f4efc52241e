import { readSync } from 'node:fs';
import type { ReadStream } from 'node:tty';
import { terminalModes } from './terminal-modes.js';

/** How a process ended: either by itself with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Most bytes that are read after the end of a process, in case others go on writing to its terminal. */
const MAX_REST_BYTES = 4 * 1024 * 1024;

/** Time from a prompt to the answer. */
export const TYPING_DELAY_MS = 50;

/** A job's process, however it was started. */
export interface JobProcess {
  readonly pid: number;
  /** Resolves when the process itself has ended; its output may not be read yet. */
  readonly ended: Promise<ProcessEnd>;
  /** Types `text` on its terminal, a moment later: some programs forget what was typed before their prompt. */
  type(text: string): void;
  /** Stops reading its output until {@link resume}; the process blocks when a buffer is full. */
  pause(): void;
  resume(): void;
  /** The modes of its terminal as `stty -a` prints them; empty where there is none or it does not tell. */
  modes(): Promise<string>;
  /** Resolves when the process has ended and everything it wrote was given out. Closes the descriptors of its terminal. */
  finished(): Promise<ProcessEnd>;
}

/** A process on a pseudo terminal of its own, leader of its own session. Owns the master side of the terminal. */
export class TerminalProcess implements JobProcess {
  readonly pid: number;
  readonly #master: ReadStream;
  readonly #descriptor: number;
  readonly #onOutput: (bytes: Buffer) => void;
  readonly #ended: Promise<ProcessEnd>;
  /** Called when reading may go on. */
  #resumed: (() => void) | undefined;

  /**
   * @param master the master side of the terminal, not read from yet
   * @param descriptor of the master side
   * @param onOutput gets what the process prints
   */
  constructor(
    pid: number,
    master: ReadStream,
    descriptor: number,
    ended: Promise<ProcessEnd>,
    onOutput: (bytes: Buffer) => void,
  ) {
    this.pid = pid;
    this.#master = master;
    this.#descriptor = descriptor;
    this.#ended = ended;
    this.#onOutput = onOutput;
    master.on('data', onOutput);
  }

  type(text: string): void {
    setTimeout(() => {
      if (this.#master.writable) this.#master.write(text);
    }, TYPING_DELAY_MS);
  }

  pause(): void {
    this.#master.pause();
  }

  resume(): void {
    this.#master.resume();
    this.#resumed?.();
  }

  /** On Linux the master side has the modes of the slave side. */
  modes(): Promise<string> {
    return terminalModes(this.#descriptor);
  }

  get ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  /**
   * Once no process has the slave side open, the event loop takes any short read for the last one, though there may be
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
        // EIO: no process has the slave side open. EAGAIN: one has, but there is nothing to read.
        return;
      }
      if (length === 0) return;
      given += length;
      this.#onOutput(Buffer.from(buffer.subarray(0, length)));
    }
  }
}
