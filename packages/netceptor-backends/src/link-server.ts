import type { AddressInfo, Server, Socket } from 'node:net';
import type { MeshNode } from '@receptorjs/netceptor';
import { serverPlace } from '@receptorjs/socket-addresses';
import {
  closeWithNode,
  listenFailed,
  MAX_LINKS,
  type ListenOptions,
  type Listener,
} from './listener.js';
import type { QueuedLink } from './queued-link.js';

/** The sockets and links of a server. It alone writes its fields. */
export class LinkServer {
  readonly #node: MeshNode;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #links = new Set<QueuedLink>();

  constructor(node: MeshNode, server: Server) {
    this.#node = node;
    this.#server = server;
    server.maxConnections = MAX_LINKS;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    // Once it listens: a connection that could not be accepted, for want of descriptors, say. The next one may be.
    server.on('error', (error) => {
      if (server.listening) node.log.warning(`Could not accept a connection: ${error.message}`);
    });
  }

  /** Counts a link among those that end with the server. */
  add(link: QueuedLink): void {
    this.#links.add(link);
    void link.closed.then(() => this.#links.delete(link));
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
