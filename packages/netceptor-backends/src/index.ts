/**
 * Links for a mesh node over TCP, UDP and WebSocket, with and without TLS. A backend opens connections and hands whole
 * messages to the node. Dialers try again when a link ends; all take costs and the peers that are allowed.
 *
 * ```ts
 * import { TlsClient } from '@receptorjs/certificates';
 * import { MeshNode } from '@receptorjs/netceptor';
 * import { dialTcp, dialWebSocket, listenTcp } from '@receptorjs/netceptor-backends';
 *
 * const hop = new MeshNode({ nodeId: 'hop' });
 * const listener = await listenTcp(hop, { host: '127.0.0.1', port: 0 });
 *
 * const near = new MeshNode({ nodeId: 'near' });
 * await dialTcp(near, listener.address);
 * near.once('link-up', ({ nodeId }) => console.log(`linked with ${nodeId}`));
 *
 * const tls = await TlsClient.load({ name: 'out', rootCas: 'ca.crt' }, { nodeId: 'near' });
 * await dialWebSocket(near, { url: 'wss://mesh.example.org/receptor', tls, cost: 2 });
 * ```
 *
 * A backend over another carrier gives each of its connections to `node.attachLink` as a `LinkTransport`, and what arrives to
 * the receiver that it gets; `examples/unix-backend` of the sources is one over Unix sockets.
 * `@receptorjs/netceptor-backends/testing` checks it as those of this package are checked, here the one over TCP:
 *
 * ```ts
 * import { once } from 'node:events';
 * import { connect, type Socket } from 'node:net';
 * import { describe, it } from 'node:test'; // or vitest, or jest
 * import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
 * import { checkBackend, relayTcp } from '@receptorjs/netceptor-backends/testing';
 *
 * const host = '127.0.0.1';
 * const open = (port: number): Socket =>
 *   connect(port, host)
 *     .on('error', () => undefined)
 *     .resume();
 *
 * checkBackend({ describe, it }, 'tcp', {
 *   isLossy: false,
 *   longest: 65_535, // bytes of a message
 *   listen: async (node, port = 0, options) => {
 *     const end = await listenTcp(node, { host, port, ...options });
 *     return { end, address: end.address.port };
 *   },
 *   dial: (node, port, options) => dialTcp(node, { host, port, ...options }),
 *   relay: relayTcp, // relayUdp and relayStreams are others
 *   speak: async (port) => {
 *     const socket = open(port);
 *     await once(socket, 'connect');
 *     return {
 *       send: (message) => {
 *         const length = Buffer.alloc(2);
 *         length.writeUInt16LE(message.length);
 *         socket.write(Buffer.concat([length, message]));
 *       },
 *       close: () => void socket.destroy(),
 *     };
 *   },
 *   sendGarbage: async (port, bytes) => {
 *     await once(open(port).end(bytes), 'close');
 *   },
 * });
 * ```
 *
 * @packageDocumentation
 */
export { BackendError } from './errors.js';
export type { BackendErrorCode } from './errors.js';
export type { Dialer, DialOptions } from './dialer.js';
export type { Listener, ListenOptions } from './listener.js';
export { dialTcp } from './tcp/tcp-dialer.js';
export type { TcpDialerOptions } from './tcp/tcp-dialer.js';
export { listenTcp } from './tcp/tcp-listener.js';
export type { TcpListenerOptions } from './tcp/tcp-listener.js';
export { dialUdp } from './udp/udp-dialer.js';
export type { UdpDialerOptions } from './udp/udp-dialer.js';
export { listenUdp } from './udp/udp-listener.js';
export type { UdpListenerOptions } from './udp/udp-listener.js';
export { dialWebSocket } from './ws/ws-dialer.js';
export type { WebSocketDialerOptions } from './ws/ws-dialer.js';
export { listenWebSocket } from './ws/ws-listener.js';
export type { WebSocketListenerOptions } from './ws/ws-listener.js';
