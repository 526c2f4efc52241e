import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { MeshNode } from '@receptorjs/netceptor';
import { bindUdp } from '@receptorjs/socket-addresses';
import { listenChecks, validateBackend } from '../argument-checks.js';
import {
  closeWithNode,
  listenFailed,
  warnWhenOpen,
  type Listener,
  type ListenOptions,
} from '../listener.js';
import { MessageTurns } from '../message-turns.js';
import { UdpSessions } from './udp-sessions.js';
import { growBuffers, MAX_WAITING_BYTES } from './udp-socket.js';

/** Where to listen. */
export type UdpListenerOptions = ListenOptions;

/**
 * Lets peers link to a node over UDP, each known by its address and port. Resolves when it listens.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `listen-failed`
 */
export async function listenUdp(node: MeshNode, options: UdpListenerOptions): Promise<Listener> {
  validateBackend<UdpListenerOptions>('listenUdp', node, options, listenChecks);
  node.checkLinkOptions(options);
  const sockets = await bind(options);
  const sessions = new UdpSessions(node, options);
  for (const socket of sockets) {
    growBuffers(socket);
    const turns = new MessageTurns({
      maxWaitingBytes: MAX_WAITING_BYTES,
      maxWaitingOfPeer: MAX_WAITING_BYTES / 4,
    });
    socket.on('message', (message, peer) => {
      if (turns.mayTake()) sessions.receive(message, peer, socket);
      else {
        const take = (): void => sessions.receive(message, peer, socket);
        turns.wait(message.length, take, peer.address);
      }
    });
    socket.on('error', (error) => node.log.warning(`Could not receive over UDP: ${error.message}`));
  }
  const { address: host, port } = sockets[0].address();
  warnWhenOpen(node, 'udp', { host, port }, options);
  const close = async (): Promise<void> => {
    await sessions.close();
    await Promise.all(sockets.map(closed));
  };
  return { address: { host, port }, close: closeWithNode(node, close) };
}

async function bind(options: UdpListenerOptions): Promise<readonly [Socket, ...Socket[]]> {
  try {
    return await bindUdp(options);
  } catch (cause) {
    throw listenFailed(options, cause);
  }
}

async function closed(socket: Socket): Promise<void> {
  const end = once(socket, 'close');
  socket.close();
  await end;
}
