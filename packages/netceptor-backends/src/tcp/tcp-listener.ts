import type { TlsServer } from '@receptorjs/certificates';
import { type MeshNode } from '@receptorjs/netceptor';
import { encodeReject } from '@receptorjs/netceptor/internal';
import { listenChecks, tlsServerCheck, validateBackend } from '../argument-checks.js';
import { framed } from './frame-reader.js';
import { LinkServer } from '../link-server.js';
import { warnWhenOpen, type Listener, type ListenOptions } from '../listener.js';
import { addressOrigin } from '@receptorjs/quotas';
import { createSocketServer, peerOf } from './socket-server.js';
import { openTcpLink } from './tcp-link.js';

/** Where to listen, and how. */
export interface TcpListenerOptions extends ListenOptions {
  /** Default: no TLS. */
  readonly tls?: TlsServer;
}

/**
 * Lets peers link to a node over TCP. Resolves when it listens.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `listen-failed`
 */
export async function listenTcp(node: MeshNode, options: TcpListenerOptions): Promise<Listener> {
  validateBackend<TcpListenerOptions>('listenTcp', node, options, {
    ...listenChecks,
    tls: tlsServerCheck,
  });
  node.checkLinkOptions(options);
  const server = createSocketServer(
    node,
    options.tls,
    (socket) => {
      const { key: origin } = addressOrigin(socket.remoteAddress);
      links.add(openTcpLink(node, socket, `tcp ${peerOf(socket)}`, options, origin), socket);
    },
    (reason) => framed(encodeReject(`certificate not accepted: ${reason}`)),
  );
  const links = new LinkServer(node, server);
  const listener = await links.listen(options);
  warnWhenOpen(node, 'tcp', listener.address, options);
  return listener;
}
