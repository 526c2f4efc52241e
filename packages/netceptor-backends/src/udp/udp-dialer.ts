import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { MAX_PAYLOAD_BYTES, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import { hostPort, makeUdpSocket, udpAddresses } from '@receptorjs/socket-addresses';
import { dialChecks, targetChecks, validateBackend } from '../argument-checks.js';
import { connectFailed, STAGE_MS, type SocketTarget } from '../tcp/connect-socket.js';
import { startDialer, type Dialer, type DialOptions } from '../dialer.js';
import { MessageTurns } from '../message-turns.js';
import { bare } from '../framing.js';
import { QueuedLink, type Carrier } from '../queued-link.js';
import {
  GOODBYE,
  growBuffers,
  MAX_DATAGRAM_BYTES,
  MAX_WAITING_BYTES,
  UDP_BATCH_BYTES,
} from './udp-socket.js';

/** Whom to dial, and how. */
export interface UdpDialerOptions extends DialOptions, SocketTarget {}

/**
 * Links a node to a UDP listener. With redial it returns at once and keeps trying: after 100 ms, then twice as long each
 * time up to 20 s. Each attempt has a port of its own, and the next address where a name has several. Without, it
 * resolves when the socket stands, which says nothing about the peer: `node.reachable()` and the event `link-failed` do.
 * Where nothing listens the system says so, which ends the link at once.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `connect-failed`, only without redial.
 */
export async function dialUdp(node: MeshNode, options: UdpDialerOptions): Promise<Dialer> {
  validateBackend<UdpDialerOptions>('dialUdp', node, options, {
    ...dialChecks,
    ...targetChecks,
  });
  const address = hostPort(options.host, options.port);
  let attempts = 0;
  return startDialer(node, options, address, `udp ${address}`, async (signal) => {
    const socket = await connectUdp(options, attempts++, address, signal);
    let destroyed = false;
    return {
      get destroyed() {
        return destroyed;
      },
      destroy: () => {
        destroyed = true;
        socket.close();
      },
      link: () => openUdpLink(node, socket, address, options),
    };
  });
}

/** @throws {BackendError} `connect-failed` */
async function connectUdp(
  { host, port }: SocketTarget,
  attempt: number,
  address: string,
  signal: AbortSignal,
): Promise<Socket> {
  let socket: Socket | undefined;
  try {
    const addresses = await resolvedInTime(udpAddresses(host), signal);
    const target = addresses[attempt % addresses.length];
    if (target === undefined) throw new Error(`${host} has no address`);
    socket = makeUdpSocket(target.family);
    const connected = once(socket, 'connect');
    socket.connect(port, target.address);
    await connected;
    growBuffers(socket);
    return socket;
  } catch (cause) {
    socket?.close();
    throw connectFailed(address, cause);
  }
}

function resolvedInTime<T>(resolving: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    const giveUp = (): void => {
      settle();
      reject(new Error('its name was not resolved in time'));
    };
    const timer = setTimeout(giveUp, STAGE_MS);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    resolving.finally(settle).then(resolve, reject);
  });
}

function openUdpLink(
  node: MeshNode,
  socket: Socket,
  address: string,
  options: LinkOptions,
): QueuedLink {
  let reason = 'the connection was closed';
  let closed = false;
  const close = (why: string): void => {
    if (closed) return;
    closed = true;
    reason = why;
    socket.close();
  };
  const fail = (error: NodeJS.ErrnoException): void =>
    close(error.code === 'ECONNREFUSED' ? 'nobody listens there (ECONNREFUSED)' : error.message);
  const carrier: Carrier = {
    framing: bare,
    maxMessageBytes: MAX_DATAGRAM_BYTES,
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    batchBytes: UDP_BATCH_BYTES,
    // The original's listener reads no more, from any peer, when several datagrams follow a hello that it rejects.
    waitsToBeListed: true,
    write(batch, written) {
      if (closed) return;
      batch.forEach((message, at) => {
        if (at < batch.length - 1) socket.send(message);
        else
          socket.send(message, (error) => {
            if (error === null) setImmediate(written);
            else fail(error);
          });
      });
    },
    end: (knownToPeer) => {
      if (closed) return;
      // What was sent before is handed to the system by then.
      if (knownToPeer) setImmediate(close, 'closed');
      else socket.send(GOODBYE, () => close('closed'));
    },
    destroy: close,
  };
  const link = new QueuedLink(node, carrier, `udp ${address}`, options);
  const turns = new MessageTurns({ maxWaitingBytes: MAX_WAITING_BYTES });
  const take = (message: Buffer): void => link.receive(message, 0, message.length);
  socket.on('message', (message) => {
    if (turns.mayTake()) take(message);
    else turns.wait(message.length, () => take(message));
  });
  socket.on('error', fail);
  socket.on('close', () => link.handleClosed(reason));
  return link;
}
