import type { Socket } from 'node:dgram';

/**
 * The longest message over UDP, in bytes: what one IPv4 datagram carries. One over IPv6 could carry 20 more, but the
 * original sends and takes no more than this over either.
 */
export const MAX_DATAGRAM_BYTES = 65_507;

/** How much is sent at a time: what a receiver with the usual socket buffer takes while it is busy. */
export const UDP_BATCH_BYTES = 65_536;

/** Ends a link at both ends: UDP has no close of its own, so it is the protocol's word for a link that is refused. */
export const GOODBYE = Buffer.from('\x03[]');

/** The most bytes of datagrams that wait until a node has the time to take them; further ones are lost, as with a full socket. */
export const MAX_WAITING_BYTES = 4_194_304;

/** Sizes of the socket's own buffers that are asked for in turn; the system may give less. */
const SOCKET_BUFFER_BYTES = [4_194_304, 1_048_576, 262_144] as const;

/** Makes room for bursts, as far as the system allows. */
export function growBuffers(socket: Socket): void {
  for (const grow of [
    (size: number) => socket.setRecvBufferSize(size),
    (size: number) => socket.setSendBufferSize(size),
  ]) {
    for (const size of SOCKET_BUFFER_BYTES) {
      try {
        grow(size);
        break;
      } catch {
        // The next smaller one may do; the socket works without as well.
      }
    }
  }
}
