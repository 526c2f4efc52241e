/**
 * Services that carry plain connections over streams of a mesh: a TCP port here that leads to a service of a node, and
 * a service here that leads to a TCP address. Both hand on half-close and back-pressure. What dials and listens on the
 * mesh is an argument; a stream host's methods fit.
 *
 * ```ts
 * import { startTcpClientProxy, startTcpServerProxy } from '@receptorjs/mesh-services';
 *
 * // on the node next to the database
 * startTcpClientProxy({
 *   service: 'db',
 *   address: '127.0.0.1:5432',
 *   listen: (service, options, onStream) => streams.listen(service, options, onStream),
 * });
 * // anywhere else
 * await startTcpServerProxy({
 *   port: 15432,
 *   remoteNode: 'far',
 *   remoteService: 'db',
 *   dial: (node, service, options) => streams.dial(node, service, options),
 * });
 * ```
 *
 * @packageDocumentation
 */
export type { DialStream, ListenStreams, Logger, Proxy } from './proxy-types.js';
export { startTcpClientProxy } from './tcp-client-proxy.js';
export type { TcpClientProxyOptions } from './tcp-client-proxy.js';
export { startTcpServerProxy } from './tcp-server-proxy.js';
export type { TcpServerProxyOptions } from './tcp-server-proxy.js';
