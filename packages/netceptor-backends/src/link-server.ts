import type { AddressInfo, Server, Socket } from 'node:net';
import type { MeshNode } from '@receptorjs/netceptor';
import {
  addressOrigin,
  SharedQuota,
  type QuotaBounds,
  PendingConnections,
} from '@receptorjs/quotas';
import { serverPlace } from '@receptorjs/socket-addresses';
import {
  closeWithNode,
  listenFailed,
  CONNECTION_BOUNDS,
  type ListenOptions,
  type Listener,
} from './listener.js';
import type { QueuedLink } from './queued-link.js';

/**
 * The most connections that have not become links. Many nodes behind one address may come in the same moment, and all connections
 * are accepted before the first is read.
 */
const PENDING = { total: 3072, perOrigin: 2048 };

/** How many connections a server has, with defaults for real ones. */
export interface ServerBounds {
  readonly all?: QuotaBounds;
  /** Those that have not become links. */
  readonly pending?: QuotaBounds;
}

/**
 * The sockets and links of a server. It alone writes its fields.
 *
 * See docs/decisions/0044-one-link-for-all-backends.md.
 */
export class LinkServer {
  readonly #node: MeshNode;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Set<QueuedLink>();
  readonly #quota: SharedQuota;
  readonly #pending: PendingConnections;
  /** The link of each connection that has one, by the ports of its two ends and the address of the far one. */
  readonly #linkOf = new Map<string, QueuedLink>();

  constructor(
    node: MeshNode,
    server: Server,
    { all = CONNECTION_BOUNDS, pending = PENDING }: ServerBounds = {},
  ) {
    this.#quota = new SharedQuota(all);
    this.#pending = new PendingConnections(pending);
    this.#node = node;
    this.#server = server;
    // What the server does with its connections it does with those that are admitted.
    const listeners = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      if (!this.#admit(socket)) return;
      for (const listener of listeners) listener.call(server, socket);
    });
    // Once it listens: a connection that could not be accepted, for want of descriptors, say. The next one may be.
    server.on('error', (error) => {
      if (server.listening) node.log.warning(`Could not accept a connection: ${error.message}`);
    });
  }

  /** Counts a link among those that end with the server; `socket` is the one that it goes over. */
  add(link: QueuedLink, socket: Socket): void {
    const place = placeOf(socket);
    this.#links.add(link);
    this.#linkOf.set(place, link);
    void link.closed.then(() => {
      this.#links.delete(link);
      if (this.#linkOf.get(place) === link) this.#linkOf.delete(place);
    });
  }

  /** A connection was made; a TLS server shows it before its handshake. */
  #admit(socket: Socket): boolean {
    const origin = addressOrigin(socket.remoteAddress);
    if (this.#quota.take(origin) !== 'taken') {
      socket.destroy();
      return false;
    }
    const place = placeOf(socket);
    const settled = this.#pending.add(origin, {
      isLink: () => this.#linkOf.get(place)?.wasEstablished === true,
      giveWay: () => socket.destroy(),
    });
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#quota.give(origin);
      settled();
    });
    return true;
  }

  /** @throws {BackendError} `listen-failed` */
  async listen(options: ListenOptions): Promise<Listener> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('listening', resolve);
      this.#server.once('error', (cause) => reject(listenFailed(options, cause)));
      this.#server.listen(serverPlace(options));
    });
    const bound = this.#server.address() as AddressInfo;
    return {
      address: { host: bound.address, port: bound.port },
      close: closeWithNode(this.#node, () => this.#close()),
    };
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const links = [...this.#links];
    for (const link of links) link.close();
    await Promise.all(links.map((link) => link.closed));
    // What is left never became a link.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** What distinguishes a connection of a server from its others: the socket of TLS is another one than the one that was accepted. */
const placeOf = ({ remoteAddress = '', remotePort = 0, localPort = 0 }: Socket): string =>
  `${remotePort} ${localPort} ${remoteAddress}`;
