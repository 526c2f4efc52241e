import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { MeshNode } from '@receptorjs/netceptor';
import {
  closeWithNode,
  listenFailed,
  warnWhenOpen,
  type Listener,
  type ListenOptions,
} from './listener.js';
import { UdpSessions } from './udp-sessions.js';
import { growBuffers, makeUdpSocket, udpAddresses } from './udp-socket.js';

/** Where to listen. */
export type UdpListenerOptions = ListenOptions;

/**
 * Lets peers link to a node over UDP, each known by its address and port. Resolves when it listens.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `listen-failed`
 */
export async function listenUdp(node: MeshNode, options: UdpListenerOptions): Promise<Listener> {
  node.checkLinkOptions(options);
  const socket = await bindUdp(options);
  growBuffers(socket);
  const sessions = new UdpSessions(node, socket, options);
  socket.on('message', (message, peer) => sessions.receive(message, peer));
  socket.on('error', (error) => node.log.warning(`Could not receive over UDP: ${error.message}`));
  const { address: host, port } = socket.address();
  warnWhenOpen(node, 'udp', { host, port }, options);
  const close = async (): Promise<void> => {
    const closed = once(socket, 'close');
    await sessions.close();
    socket.close();
    await closed;
  };
  return { address: { host, port }, close: closeWithNode(node, close) };
}

/** Binds the first address that can be bound; without a host all addresses, only those of IPv4 where there is no IPv6. */
async function bindUdp(options: UdpListenerOptions): Promise<Socket> {
  const { host, port } = options;
  const all = [
    { address: '::', family: 6 },
    { address: '0.0.0.0', family: 4 },
  ] as const;
  let failure: unknown;
  try {
    for (const { address, family } of host === undefined ? all : await udpAddresses(host)) {
      const socket = makeUdpSocket(family);
      try {
        const listening = once(socket, 'listening');
        socket.bind({ address, port, exclusive: true });
        await listening;
        return socket;
      } catch (error) {
        failure ??= error;
        socket.close();
      }
    }
  } catch (error) {
    failure = error;
  }
  throw listenFailed(options, failure);
}
