import { createServer, type AddressInfo } from 'node:net';
import type { LinkOptions, MeshNode } from '@receptorjs/netceptor';
import { BackendError, reasonOf } from './errors.js';
import { TcpLink } from './tcp-link.js';

/** The most links of one listener; further connections are closed at once. */
const MAX_LINKS = 4096;

/** Where to listen. */
export interface TcpListenerOptions extends LinkOptions {
  /** Default: all addresses. */
  readonly host?: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** A listener at work. */
export interface TcpListener {
  /** Where it listens. */
  readonly address: { readonly host: string; readonly port: number };
  /** Ends the listener and its links; resolves when they are closed. */
  close(): Promise<void>;
}

/**
 * Lets peers link to a node over TCP. Resolves when it listens.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `listen-failed`
 */
export async function listenTcp(node: MeshNode, options: TcpListenerOptions): Promise<TcpListener> {
  node.checkLinkOptions(options);
  const links = new Set<TcpLink>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    if (node.closed) {
      socket.destroy();
      return;
    }
    const peer = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
    const link = new TcpLink(node, socket, `tcp ${peer}`, options);
    links.add(link);
    socket.once('close', () => links.delete(link));
  });
  // Once it listens: a connection that could not be accepted, for want of descriptors, say. The next one may be.
  server.on('error', (error) => {
    if (server.listening) node.log.warning(`Could not accept a connection: ${error.message}`);
  });
  server.maxConnections = MAX_LINKS;
  const { host, port } = options;
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', (cause) =>
      reject(
        new BackendError(
          'listen-failed',
          `could not listen on ${host ?? ''}:${port}: ${reasonOf(cause)}`,
          {
            hint: 'Another process may have the port, or the address is not one of this machine.',
            cause,
          },
        ),
      ),
    );
    server.listen({ port, ...(host === undefined ? {} : { host }) });
  });
  const bound = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    node.off('close', onClose);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const link of links) link.close();
    await closed;
  };
  const onClose = (): void => void close();
  node.once('close', onClose);
  return { address: { host: bound.address, port: bound.port }, close };
}
