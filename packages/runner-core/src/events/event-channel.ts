import { assertBoundedJson } from '@receptorjs/bounded-json';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createServer, Socket, type Server } from 'node:net';
import { promisify } from 'node:util';
import { LineJoiner } from '../process/output/line-joiner.js';

/**
 * Longest event in bytes; a longer one is left out, and its text becomes an event without data. So does that of one whose JSON is
 * nested deeper or holds more values than bounded-json takes.
 */
export const MAX_EVENT_BYTES = 64 * 1024 * 1024;

/** Bytes of events not asked for yet above which no more are read; the plugin waits in its next event then. */
export const HIGH_WATER_BYTES = 16 * 1024 * 1024;

/** Bytes of events not asked for at which no more are read although an event is awaited: it is taken for one that never comes. */
export const MAX_ARRIVED_BYTES = HIGH_WATER_BYTES + MAX_EVENT_BYTES;

/** Bytes that an event is counted with beside its own, so that a million empty ones are not free. */
const EVENT_OVERHEAD_BYTES = 128;

/** Plugins that may wait for their turn while another one is connected. */
const MAX_WAITING = 4;

/** What the name of the pipe with the secret has at its end. */
const SECRET_SUFFIX = '.secret';

/** Copies of the secret that wait in a pipe, one for each plugin of the run that may open it. */
const SECRETS_IN_PIPE = 256;

/**
 * How events get from the callback plugin into this process: a unix socket in a private folder, or two
 * pipes. One plugin at a time is connected; it gets the secret of the run and sends a line `UUID JSON` for each event.
 *
 * Only this class writes its fields; `take` and `close` are for the owner of the run.
 *
 * See docs/decisions/0031-events-by-socket-marks-by-secret.md.
 */
export class EventChannel {
  /** 32 hexadecimal digits, known to this process and the plugin. */
  readonly secret = randomBytes(16).toString('hex');
  readonly #server: Server | undefined;
  readonly #arrived = new Map<string, string>();
  readonly #awaited = new Map<string, (body: string | undefined) => void>();
  readonly #waiting: Socket[] = [];
  #connected: Socket | undefined;
  #reading = true;
  /** The pipe with the secrets. */
  #secrets: number | undefined;
  #arrivedBytes = 0;
  #closed = false;

  private constructor(
    kind: 'socket' | 'pipe',
    private readonly maxArrivedBytes = MAX_ARRIVED_BYTES,
  ) {
    if (kind === 'socket') this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Listens at `path`, which must be short enough for a unix socket. */
  static async open(path: string, maxArrivedBytes?: number): Promise<EventChannel> {
    const channel = new EventChannel('socket', maxArrivedBytes);
    await new Promise<void>((resolve, reject) => {
      channel.#server?.once('error', reject);
      channel.#server?.listen(path, resolve);
    });
    return channel;
  }

  /**
   * Makes a pipe for events at `path` and one for the secret beside it. For plugins in containers: SELinux lets
   * no container connect to a socket outside, but pipes in folders that are mounted for it are its own.
   */
  static async openPipes(path: string): Promise<EventChannel> {
    const channel = new EventChannel('pipe');
    const secrets = `${path}${SECRET_SUFFIX}`;
    await promisify(execFile)('mkfifo', ['-m', '600', path, secrets]);
    // Open in both directions, so that it neither waits for the other side nor ends with it.
    const flags = constants.O_RDWR | constants.O_NONBLOCK;
    channel.#secrets = openSync(secrets, flags);
    writeSync(channel.#secrets, `${channel.secret}\n`.repeat(SECRETS_IN_PIPE));
    const pipe = new Socket({ fd: openSync(path, flags), readable: true, writable: false });
    pipe.on('error', () => pipe.destroy());
    channel.#receive(pipe);
    return channel;
  }

  /**
   * The JSON of the event with that uuid, at once if it is here, else when it comes; `undefined` when
   * the plugin is gone without having sent it, or sent {@link MAX_ARRIVED_BYTES} of others. Each event is given out once.
   */
  take(uuid: string): string | undefined | Promise<string | undefined> {
    const body = this.#arrived.get(uuid);
    if (body !== undefined) {
      this.#arrived.delete(uuid);
      this.#arrivedBytes -= countedBytes(uuid, body);
      this.#regulate();
      return body;
    }
    if (this.#connected === undefined) return undefined;
    return new Promise((resolve) => {
      this.#awaited.set(uuid, resolve);
      this.#regulate();
    });
  }

  /** Stops listening; a caller that waits for an event gets `undefined`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server?.close();
    if (this.#secrets !== undefined) closeSync(this.#secrets);
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    this.#connected?.destroy();
    this.#release();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#connected === undefined) this.#serve(socket);
    else if (this.#waiting.length < MAX_WAITING) this.#wait(socket);
    else socket.destroy();
  }

  #wait(socket: Socket): void {
    this.#waiting.push(socket);
    socket.on('close', () => {
      const index = this.#waiting.indexOf(socket);
      if (index >= 0) this.#waiting.splice(index, 1);
    });
  }

  #serve(socket: Socket): void {
    socket.write(`${this.secret}\n`);
    this.#receive(socket);
  }

  #receive(socket: Socket): void {
    this.#connected = socket;
    this.#reading = true;
    socket.setEncoding('latin1');
    const lines = new LineJoiner(MAX_EVENT_BYTES, (line) => this.#line(line));
    socket.on('data', (data) => {
      lines.push(data.toString());
      this.#regulate();
    });
    socket.on('close', () => {
      this.#connected = undefined;
      this.#release();
      const next = this.#waiting.shift();
      if (next !== undefined && !this.#closed) this.#serve(next);
    });
  }

  /** Reads on while little waits, and always when the caller waits for an event that is not here. */
  #regulate(): void {
    if (this.#arrivedBytes > this.maxArrivedBytes) this.#release();
    const reading = this.#arrivedBytes <= HIGH_WATER_BYTES || this.#awaited.size > 0;
    if (reading === this.#reading) return;
    this.#reading = reading;
    if (reading) this.#connected?.resume();
    else this.#connected?.pause();
  }

  #line(line: string): void {
    const space = line.indexOf(' ');
    if (space <= 0) return;
    const uuid = line.slice(0, space);
    const body = withinLimits(line.slice(space + 1));
    const awaited = this.#awaited.get(uuid);
    if (awaited !== undefined) {
      this.#awaited.delete(uuid);
      awaited(body);
    } else {
      const before = this.#arrived.get(uuid);
      if (before !== undefined) this.#arrivedBytes -= countedBytes(uuid, before);
      this.#arrived.set(uuid, body);
      this.#arrivedBytes += countedBytes(uuid, body);
    }
  }

  #release(): void {
    for (const resolve of this.#awaited.values()) resolve(undefined);
    this.#awaited.clear();
  }
}

/** Nothing is left of an event that is too deep or holds too much, as of one that is too long. */
function withinLimits(body: string): string {
  try {
    assertBoundedJson(body);
    return body;
  } catch {
    return '';
  }
}

function countedBytes(uuid: string, body: string): number {
  return uuid.length + body.length + EVENT_OVERHEAD_BYTES;
}
