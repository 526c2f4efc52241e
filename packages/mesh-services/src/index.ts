/**
 * Services that carry plain connections over streams of a mesh: a TCP port here that leads to a service of a node, and
 * a service here that leads to a TCP address. Both hand on half-close and back-pressure. What dials and listens on the
 * mesh is an argument; a stream host fits.
 *
 * ```ts
 * import { serveTcpClient, serveTcpServer } from '@receptorjs/mesh-services';
 *
 * // on the node next to the database
 * await serveTcpClient(streams, { service: 'db', host: '127.0.0.1', port: 5432 });
 * // anywhere else
 * await serveTcpServer(otherStreams, { port: 15432, remoteNode: 'far', remoteService: 'db' });
 * ```
 *
 * @packageDocumentation
 */
export { MeshServiceError } from './errors.js';
export type { MeshServiceErrorCode } from './errors.js';
export type {
  DatagramNode,
  DatagramPort,
  Logger,
  RunningService,
  StreamAcceptor,
  StreamDialer,
} from './service-types.js';
export { serveTcpClient } from './serve-tcp-client.js';
export type { TcpClientOptions } from './serve-tcp-client.js';
export { serveTcpServer } from './serve-tcp-server.js';
export type { TcpServerOptions } from './serve-tcp-server.js';
export { serveUnixClient } from './serve-unix-client.js';
export type { UnixClientOptions } from './serve-unix-client.js';
export { serveUnixServer } from './serve-unix-server.js';
export type { UnixServerOptions } from './serve-unix-server.js';
export { serveUdpClient } from './serve-udp-client.js';
export type { UdpClientOptions } from './serve-udp-client.js';
export { serveUdpServer } from './serve-udp-server.js';
export type { UdpServerOptions } from './serve-udp-server.js';
export { serveCommand } from './serve-command.js';
export type { CommandServiceOptions } from './serve-command.js';
export type { RouterAdvertisement } from './ip-route-table.js';
export { serveIpRouter } from './serve-ip-router.js';
export type { IpRouterOptions, RoutingNode } from './serve-ip-router.js';
