import { errorText } from '@receptorjs/primitives';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { ReadStream } from 'node:tty';
import { MeshServiceError, systemCode } from '../errors.js';
import type { NativeCalls } from '../native-calls.js';

/** Sets the size of a terminal's window. */
const TIOCSWINSZ = 0x5414;
/** Most bytes read from a terminal at once. */
const READ_BYTES = 65_536;
/** Milliseconds until input is tried again on a terminal whose program doesn't read: the first time, and at most. */
const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 100;
/** What is typed to say that nothing more will be. */
const END_OF_INPUT = 4;
/** The program that makes another one leader of a session with a terminal of its own, and becomes it. */
const setsid = 'setsid';
const NEWLINE = 10;

/** How a program ended: either by itself with a code, or by a signal. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to run on a terminal. */
export interface TerminalProgram {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly rows: number;
  readonly columns: number;
}

/**
 * A program on a pseudo terminal of its own, leader of its own session. What is written is typed, what is read is what
 * the terminal shows; it ends when the program has ended and all of its output was read. Ending the writing side types
 * the end-of-file character. Destroying it hangs the terminal up. It alone writes its fields.
 *
 * The event loop only reads from the terminal: were it to write, a program that doesn't read would stop it altogether.
 */
export class Terminal extends Duplex {
  readonly #child: ChildProcess;
  readonly #reader: ReadStream;
  readonly #descriptor: number;
  /** Settles when the program itself has ended. */
  readonly ended: Promise<ProgramEnd>;
  #hasEnded = false;
  #finishedOutput = false;
  #lastTyped = NEWLINE;
  #retry: NodeJS.Timeout | undefined;

  private constructor(child: ChildProcess, reader: ReadStream, descriptor: number) {
    super({ readableHighWaterMark: READ_BYTES, writableHighWaterMark: 16_384 });
    this.#child = child;
    this.#reader = reader;
    this.#descriptor = descriptor;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#hasEnded = true;
        resolve({ code, signal });
        this.#giveRest();
      });
    });
    reader.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) reader.pause();
    });
    // it fails with EIO when no process has the other side open any more: the end of the program says the rest
    reader.on('error', () => undefined);
  }

  /**
   * Starts the program.
   *
   * @throws {MeshServiceError} `device-failed` without a terminal to be had, `program-missing` without `setsid`
   */
  static async start(native: NativeCalls, program: TerminalProgram): Promise<Terminal> {
    const { descriptor, path } = openMaster(native, program);
    let reader: ReadStream | undefined;
    let child: ChildProcess;
    try {
      // half open, because the end it reports may come before the last bytes
      reader = new ReadStream(descriptor, { allowHalfOpen: true });
      child = startOn(path, program);
      await once(child, 'spawn');
    } catch (cause) {
      if (reader) reader.destroy();
      else closeSync(descriptor);
      if (systemCode(cause) === 'ENOENT') throw withoutSetsid(cause);
      throw new MeshServiceError('device-failed', `no terminal: ${errorText(cause)}`, { cause });
    }
    return new Terminal(child, reader, descriptor);
  }

  /** Process ID of the program, which is the ID of its session as well. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  override _read(): void {
    if (this.#hasEnded) this.#giveRest();
    else this.#reader.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#type(chunk, FIRST_RETRY_MS, done);
  }

  override _final(done: (error?: Error) => void): void {
    // within a line the first one only ends the line
    const marks = this.#lastTyped === NEWLINE ? [END_OF_INPUT] : [END_OF_INPUT, END_OF_INPUT];
    this.#type(Buffer.from(marks), FIRST_RETRY_MS, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#retry);
    this.#reader.destroy();
    done(error);
  }

  #type(bytes: Buffer, retryMs: number, done: (error?: Error) => void): void {
    if (this.#hasEnded || this.#reader.destroyed) {
      done();
      return;
    }
    let typed = 0;
    try {
      while (typed < bytes.length) typed += writeSync(this.#descriptor, bytes, typed);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') {
        // the program has closed the terminal; what is written to it goes nowhere
        done();
        return;
      }
    }
    if (typed > 0) this.#lastTyped = bytes[typed - 1] ?? NEWLINE;
    if (typed === bytes.length) {
      done();
      return;
    }
    const nextMs = typed > 0 ? FIRST_RETRY_MS : Math.min(retryMs * 2, LAST_RETRY_MS);
    this.#retry = setTimeout(() => {
      this.#type(bytes.subarray(typed), nextMs, done);
    }, retryMs);
  }

  /**
   * Reads what is left when the program has ended. The event loop takes any short read on a terminal that no process
   * has open any more for the last one, so the terminal itself is asked until it has nothing.
   */
  #giveRest(): void {
    if (this.#finishedOutput || this.destroyed) return;
    this.#reader.pause();
    for (;;) {
      const chunk = (this.#reader.read() as Buffer | null) ?? this.#readNow();
      if (chunk === undefined) break;
      if (!this.push(chunk)) return;
    }
    this.#finishedOutput = true;
    this.push(null);
    this.#reader.destroy();
  }

  #readNow(): Buffer | undefined {
    if (this.#reader.destroyed) return undefined;
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    try {
      const length = readSync(this.#descriptor, buffer);
      return length > 0 ? buffer.subarray(0, length) : undefined;
    } catch {
      // EIO: no process has it open; EAGAIN: one has, but it was the program's output that was to be read
      return undefined;
    }
  }
}

/**
 * Makes sure that `setsid` is there.
 *
 * @throws {MeshServiceError} `program-missing`
 */
export async function checkSetsid(): Promise<void> {
  const child = spawn(setsid, ['--help'], { stdio: 'ignore' });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw withoutSetsid(cause);
  }
}

function withoutSetsid(cause: unknown): MeshServiceError {
  const text = `commands on terminals need the program setsid (util-linux): ${errorText(cause)}`;
  return new MeshServiceError('program-missing', text, { cause });
}

/** Opens a new pseudo terminal; both sides close when a program is started. */
function openMaster(
  native: NativeCalls,
  { rows, columns }: TerminalProgram,
): { descriptor: number; path: string } {
  let descriptor: number | undefined;
  try {
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants;
    descriptor = openSync('/dev/ptmx', O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (native.unlockpt(descriptor) !== 0) throw new Error(native.lastError());
    const name = Buffer.alloc(128);
    if (native.ptsname(descriptor, name, name.length) !== 0) throw new Error(native.lastError());
    const size = Buffer.alloc(8);
    new Uint16Array(size.buffer, size.byteOffset, 2).set([rows, columns]);
    if (native.ioctl(descriptor, TIOCSWINSZ, size) !== 0) throw new Error(native.lastError());
    return { descriptor, path: name.toString('utf8', 0, name.indexOf(0)) };
  } catch (cause) {
    if (descriptor !== undefined) closeSync(descriptor);
    const text = `no pseudo terminal to be had: ${errorText(cause)}`;
    throw new MeshServiceError('device-failed', text, { cause });
  }
}

/** Starts the program on the other side of the terminal. */
function startOn(path: string, { argv, env }: TerminalProgram): ChildProcess {
  const other = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  try {
    return spawn(setsid, ['-c', ...argv], { env, stdio: [other, other, other] });
  } finally {
    closeSync(other);
  }
}
