import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a relay does with what it gets. */
export type RelayMode =
  /** Carries bytes both ways. */
  | 'pass'
  /** The same, each piece some milliseconds late. */
  | 'slow'
  /** Takes connections and bytes, and never answers. */
  | 'silent';

/** How late a slow relay is, in ms for each piece. */
const DELAY_MS = 5;

/** Stands between a plugin and its receiver on 127.0.0.1, and is bad on purpose. Owns its connections. */
export class Relay {
  readonly #to: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  mode: RelayMode = 'pass';

  /** @param to port of the receiver */
  constructor(to: number) {
    this.#to = to;
  }

  /** The same after each start. */
  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const server = createServer((socket) => this.#take(socket));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Cuts all connections; new ones are refused. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  #take(near: Socket): void {
    this.#keep(near);
    if (this.mode === 'silent') {
      near.resume();
      return;
    }
    const far = connect(this.#to, '127.0.0.1');
    this.#keep(far);
    this.#carry(near, far);
    this.#carry(far, near);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #carry(from: Socket, to: Socket): void {
    if (this.mode === 'pass') {
      from.pipe(to);
      from.on('close', () => to.destroy());
      return;
    }
    from.on('data', (piece) => {
      from.pause();
      setTimeout(() => {
        to.write(piece);
        from.resume();
      }, DELAY_MS);
    });
    // Not before what came last.
    from.on('close', () => setTimeout(() => to.end(), DELAY_MS));
  }
}
