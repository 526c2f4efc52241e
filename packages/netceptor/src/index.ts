/**
 * A node of an overlay mesh: it speaks the netceptor protocol over links that a backend provides, finds routes, and
 * carries datagrams between named services of nodes. The protocol itself is a sans-IO core, `NetceptorCore`: time,
 * randomness and links are its arguments. `MeshNode` is the thin shell that runs it in a process.
 *
 * ```ts
 * import { MeshNode } from '@receptorjs/netceptor';
 * import { dialTcp } from '@receptorjs/netceptor-backends';
 *
 * const node = new MeshNode({ nodeId: 'near' });
 * node.on('link-failed', ({ link, reason }) => console.error(`${link}: ${reason}`));
 * await dialTcp(node, { host: 'hop.example.org', port: 2222 });
 * await node.reachable('far', { timeoutMs: 10_000 });
 * const { timeNs } = await node.ping('far');
 * console.log(`far answered in ${timeNs} ns`);
 * ```
 *
 * @packageDocumentation
 */
export { MeshError } from './errors.js';
export type { MeshErrorCode, Problem } from './errors.js';
export { silentLogger } from '@receptorjs/primitives';
export type { Logger } from '@receptorjs/primitives';
export { MeshNode } from './shell/mesh-node.js';
export type {
  Advertisement,
  LinkReceiver,
  MeshNodeEvents,
  MeshNodeOptions,
} from './shell/mesh-node.js';
export { DatagramSocket } from './shell/datagram-socket.js';
export type { DatagramSocketEvents } from './shell/datagram-socket.js';
export type { PingOptions, PingReply, TracerouteHop } from './shell/ping.js';
export { NetceptorCore } from './core/core.js';
export type { ConnectionStatus, CoreOptions, CoreSizes, MeshStatus } from './core/core.js';
export type { ReachableOptions } from './shell/reachable.js';
export type { CoreEvent, LinkFailure } from './core/events.js';
export type { Environment } from './core/environment.js';
export type { LinkInfo } from './core/links/link-info.js';
export type { LinkOptions } from './core/links/link-options.js';
export type { LinkSession } from './core/links/link-session.js';
export type { DropCounts, DropReason } from './core/data/drop-counts.js';
export type { LinkTraffic, LinkTransport } from './core/links/link-transport.js';
export { parseFirewallRules } from './core/data/firewall-rules.js';
export type { FirewallAction, FirewallRule, FirewallSubject } from './core/data/firewall-rules.js';
export type { Firewall, FirewallMatch } from './core/data/firewall.js';
export type { OutgoingPath } from './core/data/outgoing-path.js';
export type { DataPlane, ServicePort } from './core/data/data-plane.js';
export type { UnreachableNotice } from './core/data/unreachable-notice.js';
export type { Advertisements, ServiceDescription } from './core/routing/advertisements.js';
export type {
  ConnectionType,
  ServiceAdvertisement,
  WorkCommand,
} from './wire/service-advertisement.js';
export { MAX_HOPS, MAX_MESSAGE_BYTES, MAX_PAYLOAD_BYTES } from './wire/message-type.js';
