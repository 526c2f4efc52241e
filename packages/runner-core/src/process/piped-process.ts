import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { finished, type Readable, type Writable } from 'node:stream';
import { ConfigurationError, errorCode } from '../errors.js';
import type { JobProcess, ProcessEnd } from './terminal/terminal-process.js';

/** Descriptors of this process that become a job's standard streams; what is left out is a pipe, input is empty. */
export interface PipedStreams {
  /** A descriptor, or what the job reads: a text, bytes, or a stream, whose failure ends the job. */
  readonly stdin?: number | string | Uint8Array | Readable;
  readonly stdout?: number;
  readonly stderr?: number;
}

/** A program to start; `program` is its path, `argv` what it sees, its name first. */
interface PipedCommand {
  readonly program: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Silence, in ms, after which what others write to the pipes of a process that has ended is not waited for. */
const REST_MS = 200;

/** Takes bytes; a promise says that no more are wanted until it is settled. */
export type Taker = (bytes: Buffer) => void | Promise<void>;

/**
 * A process with pipes as standard streams, each of its own. It leads a session of its own, unless it was given
 * the caller's input, which it could not read as a terminal then.
 */
export class PipedProcess implements JobProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<ProcessEnd>;
  #lastOutput = Date.now();

  private constructor(child: ChildProcess, ended: Promise<ProcessEnd>) {
    this.pid = child.pid ?? 0;
    this.#child = child;
    this.#ended = ended;
  }

  /**
   * Starts the program; what it writes into pipes goes to the two takers.
   *
   * @throws {ConfigurationError} when it can't be started.
   */
  static async start(
    { program, argv, cwd, env }: PipedCommand,
    streams: PipedStreams,
    onOutput: Taker,
    onError: Taker,
    onInputError: (error: Error) => void = () => undefined,
  ): Promise<PipedProcess> {
    const { stdin, stdout, stderr } = streams;
    const given = typeof stdin === 'number' ? undefined : stdin;
    let child: ChildProcess;
    let ended: Promise<ProcessEnd>;
    try {
      child = spawn(program, argv.slice(1), {
        argv0: argv[0] ?? program,
        cwd,
        env,
        detached: typeof stdin !== 'number',
        stdio: [
          typeof stdin === 'number' ? stdin : given === undefined ? 'ignore' : 'pipe',
          stdout ?? 'pipe',
          stderr ?? 'pipe',
        ],
      });
      ended = new Promise<ProcessEnd>((resolve) => {
        child.once('exit', (code, signal) => resolve({ code, signal }));
      });
      await once(child, 'spawn');
    } catch (cause) {
      throw new ConfigurationError(`${program} can't be started: ${String(errorCode(cause))}.`, {
        cause,
      });
    }
    const process = new PipedProcess(child, ended);
    if (given !== undefined && child.stdin !== null) feed(given, child.stdin, onInputError);
    process.#take(child.stdout, onOutput);
    process.#take(child.stderr, onError);
    return process;
  }

  /** No prompt is answered here: input is not a pipe. */
  type(): void {
    return undefined;
  }

  /** It has no terminal of its own. */
  modes(): Promise<string> {
    return Promise.resolve('');
  }

  pause(): void {
    this.#child.stdout?.pause();
  }

  resume(): void {
    this.#child.stdout?.resume();
  }

  get ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  async finished(): Promise<ProcessEnd> {
    const end = await this.#ended;
    this.#lastOutput = Date.now();
    for (const stream of [this.#child.stdout, this.#child.stderr])
      if (stream !== null) await this.#rest(stream);
    return end;
  }

  #take(stream: Readable | null, taker: Taker): void {
    stream?.on('data', (bytes: Buffer) => {
      this.#lastOutput = Date.now();
      const taken = taker(bytes);
      if (taken === undefined) return;
      stream.pause();
      void taken.finally(() => stream.resume());
    });
    stream?.on('error', () => stream.destroy());
  }

  /** Others may keep the pipe open; they are not waited for, unless they go on writing. */
  async #rest(stream: Readable): Promise<void> {
    while (!stream.closed) {
      const closed = new AbortController();
      const timer = setTimeout(() => closed.abort(), REST_MS);
      await once(stream, 'close', { signal: closed.signal }).catch(() => undefined);
      clearTimeout(timer);
      const silent = Date.now() - this.#lastOutput >= REST_MS;
      if (silent && !stream.isPaused()) stream.destroy();
    }
  }
}

/**
 * Writes all that is given to the input of a process, and ends it. One that reads no more is none of our business; a source that
 * breaks off is: what came of it must not pass for all of it.
 */
function feed(
  given: string | Uint8Array | Readable,
  input: Writable,
  onError: (error: Error) => void,
): void {
  input.on('error', () => input.destroy());
  if (typeof given === 'string' || given instanceof Uint8Array) {
    input.end(given);
    return;
  }
  finished(given, { writable: false }, (error) => {
    if (error && !input.closed) onError(error);
  });
  input.on('close', () => given.unpipe(input));
  given.pipe(input);
}
