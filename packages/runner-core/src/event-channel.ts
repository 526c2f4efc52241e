import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';

/** Most bytes of one event, and of all events whose mark has not been seen yet. */
export const MAX_CHANNEL_BYTES = 64 * 1024 * 1024;

/** Plugins that may wait for their turn while another one is connected. */
const MAX_WAITING = 4;

/**
 * The way of the events from the callback plugin into this process: a unix socket in a private folder.
 * One plugin at a time is connected; it gets the secret of the run and sends a line `UUID JSON` for each event.
 *
 * Only this class writes its fields; `take` and `close` are for the owner of the run.
 */
export class EventChannel {
  /** 32 hexadecimal digits, known to this process and the plugin. */
  readonly secret = randomBytes(16).toString('hex');
  readonly #server: Server;
  readonly #arrived = new Map<string, string>();
  readonly #awaited = new Map<string, (body: string | undefined) => void>();
  readonly #waiting: Socket[] = [];
  #connected: Socket | undefined;
  #arrivedBytes = 0;
  #closed = false;

  private constructor() {
    this.#server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (this.#connected === undefined) this.#serve(socket);
      else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(socket);
      else socket.destroy();
    });
  }

  /** Listens at `path`, which must be short enough for a unix socket. */
  static async open(path: string): Promise<EventChannel> {
    const channel = new EventChannel();
    await new Promise<void>((resolve, reject) => {
      channel.#server.once('error', reject);
      channel.#server.listen(path, resolve);
    });
    return channel;
  }

  /**
   * The JSON of the event with that uuid, at once if it is here, else when it comes; `undefined` when
   * the plugin is gone without having sent it. Each event is given out once.
   */
  take(uuid: string): string | undefined | Promise<string | undefined> {
    const body = this.#arrived.get(uuid);
    if (body !== undefined) {
      this.#arrived.delete(uuid);
      this.#arrivedBytes -= body.length;
      return body;
    }
    if (this.#connected === undefined) return undefined;
    return new Promise((resolve) => this.#awaited.set(uuid, resolve));
  }

  /** Stops listening; whoever waits gets `undefined`. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    this.#connected?.destroy();
    this.#release();
  }

  #serve(socket: Socket): void {
    this.#connected = socket;
    socket.write(`${this.secret}\n`);
    socket.setEncoding('latin1');
    let pieces: string[] = [];
    let length = 0;
    socket.on('data', (data) => {
      const chunk = data.toString();
      let start = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
        pieces.push(chunk.slice(start, end));
        this.#line(pieces.length === 1 ? (pieces[0] ?? '') : pieces.join(''));
        pieces = [];
        length = 0;
        start = end + 1;
      }
      if (start < chunk.length) {
        pieces.push(chunk.slice(start));
        length += chunk.length - start;
      }
      if (length + this.#arrivedBytes > MAX_CHANNEL_BYTES) socket.destroy();
    });
    socket.on('close', () => {
      this.#connected = undefined;
      this.#release();
      const next = this.#waiting.shift();
      if (next !== undefined && !this.#closed) this.#serve(next);
    });
  }

  #line(line: string): void {
    const space = line.indexOf(' ');
    if (space <= 0) return;
    const uuid = line.slice(0, space);
    const body = line.slice(space + 1);
    const awaited = this.#awaited.get(uuid);
    if (awaited !== undefined) {
      this.#awaited.delete(uuid);
      awaited(body);
    } else {
      this.#arrived.set(uuid, body);
      this.#arrivedBytes += body.length;
    }
  }

  #release(): void {
    for (const resolve of this.#awaited.values()) resolve(undefined);
    this.#awaited.clear();
  }
}
