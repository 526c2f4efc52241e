/**
 * What listeners of every kind agree on: which addresses they take when none is given, and how addresses are written.
 * Private: bundled into the packages that use it.
 *
 * ```ts
 * import { createServer } from 'node:net';
 * import { bindUdp, listenPlaceText, serverPlace } from '@receptorjs/socket-addresses';
 *
 * const place = { port: 2222 }; // every address, of IPv6 and of IPv4
 * createServer().listen(serverPlace(place));
 * const sockets = await bindUdp(place);
 * console.log(`${listenPlaceText(place)}: ${sockets.length} sockets of UDP`);
 * ```
 *
 * @packageDocumentation
 */
export { bareHost, hostPort, isLoopback, plainAddress } from './address.js';
export { listenPlaceText, serverPlace } from './listen-place.js';
export type { ListenPlace } from './listen-place.js';
export { bindUdp, makeUdpSocket, udpAddresses } from './udp.js';
export type { UdpAddress } from './udp.js';
