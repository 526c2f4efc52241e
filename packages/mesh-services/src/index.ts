/**
 * Services of a mesh node that carry other traffic over the mesh: proxies for TCP (with TLS on the local side where
 * wanted), unix sockets and UDP, each as an entrance here or as an exit behind a service; commands on terminals; and
 * an IP router on a tun interface. Proxies hand on half-close and back-pressure. What dials, listens and sends on the
 * mesh is an argument: a stream host fits where streams are carried, a mesh node where datagrams are.
 *
 * ```ts
 * import { serveTcpClient, serveTcpServer, serveUdpServer } from '@receptorjs/mesh-services';
 * import { MeshNode } from '@receptorjs/netceptor';
 * import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
 * import { StreamHost } from '@receptorjs/netceptor-streams';
 *
 * // on the node next to the database
 * const far = new MeshNode({ nodeId: 'far' });
 * const { address } = await listenTcp(far, { host: '127.0.0.1', port: 0 });
 * await serveTcpClient(new StreamHost(far), { service: 'db', host: '127.0.0.1', port: 5432 });
 *
 * // anywhere else
 * const near = new MeshNode({ nodeId: 'near' });
 * await dialTcp(near, address);
 * const from = { host: '127.0.0.1', remoteNode: 'far' };
 * const proxy = await serveTcpServer(new StreamHost(near), { ...from, port: 15432, remoteService: 'db' });
 * await serveUdpServer(near, { ...from, port: 5353, remoteService: 'dns' });
 * console.log(`the database is at ${proxy.address}`);
 * ```
 *
 * Commands and the IP router are for Linux and need the optional package `koffi`.
 *
 * @packageDocumentation
 */
export { MeshServiceError } from './errors.js';
export type { MeshServiceErrorCode } from './errors.js';
export type { Logger } from '@receptorjs/primitives';
export type {
  AcceptedStream,
  DatagramNode,
  DatagramPort,
  RunningListener,
  RunningService,
  StreamAcceptor,
  StreamDialer,
} from './service-types.js';
export { serveTcpClient } from './tcp/serve-tcp-client.js';
export type { TcpClientOptions } from './tcp/serve-tcp-client.js';
export { serveTcpServer } from './tcp/serve-tcp-server.js';
export type { TcpServerOptions } from './tcp/serve-tcp-server.js';
export { serveUnixClient } from './unix/serve-unix-client.js';
export type { UnixClientOptions } from './unix/serve-unix-client.js';
export { serveUnixServer } from './unix/serve-unix-server.js';
export type { UnixServerOptions } from './unix/serve-unix-server.js';
export { serveUdpClient } from './udp/serve-udp-client.js';
export type { UdpClientOptions } from './udp/serve-udp-client.js';
export { serveUdpServer } from './udp/serve-udp-server.js';
export type { UdpServerOptions } from './udp/serve-udp-server.js';
export { serveCommand } from './command/serve-command.js';
export type { CommandServiceOptions } from './command/serve-command.js';
export type { RouterAdvertisement } from './ip-router/ip-route-table.js';
export { serveIpRouter } from './ip-router/serve-ip-router.js';
export type { IpRouterOptions, RoutingNode } from './ip-router/serve-ip-router.js';
