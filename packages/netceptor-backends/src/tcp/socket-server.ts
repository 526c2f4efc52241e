import { createServer, type Server, type Socket } from 'node:net';
import type { TlsServer } from '@receptorjs/certificates';
import { createTlsServer } from '@receptorjs/certificates/sockets';
import type { MeshNode } from '@receptorjs/netceptor';
import { hostPort, plainAddress } from '@receptorjs/socket-addresses';

/**
 * A server, not listening yet, that hands out connected sockets; with TLS, those of clients whose certificates are right.
 *
 * @param farewell - What a client with a wrong certificate is sent, given the reason.
 */
export function createSocketServer(
  node: MeshNode,
  tls: TlsServer | undefined,
  accepted: (socket: Socket) => void,
  farewell: (reason: string) => Buffer,
): Server {
  const take = (socket: Socket): void => {
    if (node.closed) socket.destroy();
    else accepted(socket);
  };
  if (tls === undefined) return createServer({ noDelay: true, allowHalfOpen: true }, take);
  return createTlsServer(tls, {
    accepted: take,
    refused: (error, socket) =>
      node.log.warning(`Refused a connection from ${peerOf(socket)}: ${error.message}`),
    farewell: ({ message }) => farewell(message),
  });
}

/** The other end of a socket, for people. */
export function peerOf({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined || remotePort === undefined) return 'a peer that is gone';
  return hostPort(plainAddress(remoteAddress), remotePort);
}
