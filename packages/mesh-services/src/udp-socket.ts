import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { hostPort } from './host-port.js';
import { MeshServiceError, messageOf } from './errors.js';

/** Bytes a socket may have handed to the system without being rid of them; more is dropped, as the system would. */
export const maxSendQueueBytes = 4 * 1024 * 1024;

/** Bytes asked of the system for a socket's buffers; it may give less. */
const bufferBytes = 1024 * 1024;

/** An address of UDP. */
export interface UdpAddress {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/**
 * Finds the address of a host.
 *
 * @throws MeshServiceError `invalid-address`
 */
export async function resolveUdp(host: string, port: number): Promise<UdpAddress> {
  try {
    const { address, family } = await lookup(host);
    return { address, port, family: family === 6 ? 6 : 4 };
  } catch (cause) {
    const text = `could not resolve UDP address ${hostPort(host, port)}: ${messageOf(cause)}`;
    throw new MeshServiceError('invalid-address', text, { cause });
  }
}

/**
 * A socket bound to an address.
 *
 * @throws MeshServiceError `listen-failed`
 */
export function boundSocket({ address, port, family }: UdpAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const refused = (cause: Error): void => {
      socket.close();
      const text = `error listening on UDP: ${cause.message}`;
      reject(new MeshServiceError('listen-failed', text, { cause }));
    };
    socket.once('error', refused);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', refused);
      enlargeBuffers(socket);
      resolve(socket);
    });
  });
}

/** Asks for larger buffers, so that bursts survive; that it is not given is no mistake. */
export function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(bufferBytes);
    socket.setSendBufferSize(bufferBytes);
  } catch {
    // the system's own sizes do
  }
}
