import { errorText } from '@receptorjs/primitives';
import type { Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { bindUdp, hostPort, listenPlaceText, type ListenPlace } from '@receptorjs/socket-addresses';
import { MeshServiceError } from '../errors.js';

/** Bytes a socket may have handed to the system without being rid of them; more is dropped, as the system would. */
export const MAX_SEND_QUEUE_BYTES = 4 * 1024 * 1024;

/** Bytes asked of the system for a socket's buffers; it may give less. */
const BUFFER_BYTES = 1024 * 1024;

/** An address of UDP. */
export interface UdpAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/**
 * Finds the address of a host.
 *
 * @throws {MeshServiceError} `invalid-address`
 */
export async function resolveUdp(host: string, port: number): Promise<UdpAddress> {
  try {
    const { address, family } = await lookup(host);
    return { address, port, family: family === 6 ? 6 : 4 };
  } catch (cause) {
    throw unresolved(hostPort(host, port), cause);
  }
}

/**
 * Sockets that take what is sent to a place.
 *
 * @throws {MeshServiceError} `invalid-address`, `listen-failed`
 */
export async function boundSockets(place: ListenPlace): Promise<readonly [Socket, ...Socket[]]> {
  try {
    const sockets = await bindUdp(place);
    sockets.forEach(enlargeBuffers);
    return sockets;
  } catch (cause) {
    const unknown = cause instanceof Error && 'syscall' in cause && cause.syscall === 'getaddrinfo';
    throw unknown
      ? unresolved(listenPlaceText(place), cause)
      : new MeshServiceError('listen-failed', `error listening on UDP: ${errorText(cause)}`, {
          cause,
        });
  }
}

/** Closes a socket; resolves when it is. */
export function closedSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => {
      resolve();
    });
  });
}

const unresolved = (address: string, cause: unknown): MeshServiceError =>
  new MeshServiceError(
    'invalid-address',
    `could not resolve UDP address ${address}: ${errorText(cause)}`,
    { cause },
  );

/** Asks for larger buffers, so that bursts survive; that it is not given is no mistake. */
export function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(BUFFER_BYTES);
    socket.setSendBufferSize(BUFFER_BYTES);
  } catch {
    // the system's own sizes do
  }
}
