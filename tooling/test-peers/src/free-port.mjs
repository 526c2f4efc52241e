import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports that were given out: tests of one process never get the same. @type {Set<number>} */
const given = new Set();

/** @type {import('./index.d.mts').freePort} */
export async function freePort(host = '127.0.0.1') {
  for (;;) {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const isFree = !given.has(port) && (await isFreeForUdp(port, host));
    if (isFree) given.add(port);
    server.close();
    await once(server, 'close');
    if (isFree) return port;
  }
}

/**
 * @param {number} port
 * @param {string} host
 */
async function isFreeForUdp(port, host) {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
