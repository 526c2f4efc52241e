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
