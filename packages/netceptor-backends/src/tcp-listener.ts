import { createServer, type Socket } from 'node:net';
import type { MeshNode } from '@receptorjs/netceptor';
import { hostPort, plainAddress } from './address.js';
import { LinkServer } from './link-server.js';
import { warnWhenOpen, type Listener, type ListenOptions } from './listener.js';
import { openTcpLink } from './tcp-link.js';

/** Where to listen. */
export type TcpListenerOptions = ListenOptions;

/**
 * Lets peers link to a node over TCP. Resolves when it listens.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `listen-failed`
 */
export async function listenTcp(node: MeshNode, options: TcpListenerOptions): Promise<Listener> {
  node.checkLinkOptions(options);
  const accept = (socket: Socket): void => {
    if (node.closed) socket.destroy();
    else links.add(openTcpLink(node, socket, `tcp ${peerOf(socket)}`, options));
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, accept);
  const links = new LinkServer(node, server);
  const listener = await links.listen(options);
  warnWhenOpen(node, 'tcp', listener.address, options);
  return listener;
}

/** The other end of a socket, for people. */
export function peerOf(socket: Socket): string {
  return hostPort(plainAddress(socket.remoteAddress ?? '?'), socket.remotePort ?? 0);
}
