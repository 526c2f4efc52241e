import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { bareHost } from './address.js';
import type { ListenPlace } from './listen-place.js';

/** An address to bind or to send to. */
export interface UdpAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Every address of this machine: one socket for both families, where there is IPv6; otherwise one for IPv4. */
const every: readonly UdpAddress[] = [
  { address: '::', family: 6 },
  { address: '0.0.0.0', family: 4 },
];

/**
 * All addresses of a name, in the system's order.
 *
 * @throws the system's error when there is none
 */
export async function udpAddresses(host: string): Promise<readonly UdpAddress[]> {
  const found = await lookup(bareHost(host), { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

/** A socket that takes addresses only, never names: nothing is looked up for each message. */
export function makeUdpSocket(family: 4 | 6): Socket {
  return createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    lookup: (address, _options, callback) => callback(null, address, isIP(address)),
  });
}

/**
 * Sockets that take what is sent to a place: the first address of a name that can be bound. Without a host every address of
 * both families, only those of IPv4 where there is no IPv6. They are two where the system keeps the families apart
 * (`net.ipv6.bindv6only`), and both have the same port; otherwise one.
 *
 * @throws the system's error of the first address, when none can be bound
 */
export async function bindUdp({
  host,
  port,
}: ListenPlace): Promise<readonly [Socket, ...Socket[]]> {
  let failure: unknown;
  for (const address of host === undefined ? every : await udpAddresses(host)) {
    try {
      const socket = await bound(address, port);
      if (host !== undefined || address.family === 4) return [socket];
      const other = await ipv4Beside(socket);
      return other === undefined ? [socket] : [socket, other];
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

async function bound({ address, family }: UdpAddress, port: number): Promise<Socket> {
  const socket = makeUdpSocket(family);
  try {
    const listening = once(socket, 'listening');
    socket.bind({ address, port, exclusive: true });
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Takes the port for IPv4 too; the system refuses that when the socket for IPv6 has it already. */
async function ipv4Beside(socket: Socket): Promise<Socket | undefined> {
  try {
    return await bound({ address: '0.0.0.0', family: 4 }, socket.address().port);
  } catch {
    return undefined;
  }
}
