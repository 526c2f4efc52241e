/**
 * A whole mesh in one process, to try what it does when links are slow, lossy, cut or silent and nodes come and go. The
 * nodes have the real core of `@receptorjs/netceptor`; clock, chance and links are the simulator's, so that an hour
 * takes moments and the same seed gives the same run.
 *
 * ```ts
 * import { randomSparse, seededRandom, SimulatedMesh } from '@receptorjs/netceptor-simulator';
 *
 * const seed = 7;
 * const mesh = new SimulatedMesh({ seed });
 * const nodes = mesh.build(randomSparse(100, 4, seededRandom(seed)), {
 *   link: { latencyMs: 20, jitterMs: 5, redialMs: 1000 },
 * });
 * mesh.run(30_000);
 * [...mesh.links][0]?.cut();
 * mesh.run(2_000);
 * console.log(nodes[0]?.core.costTo('n99'), mesh.traffic);
 * ```
 *
 * @packageDocumentation
 */
export { SimulatedMesh } from './simulated-mesh.js';
export type { BuildOptions, SimulatedMeshOptions, Traffic } from './simulated-mesh.js';
export type { NodeLink, SimulatedNode, SimulatedNodeOptions } from './simulated-node.js';
export type { SimulatedLink, SimulatedLinkOptions } from './simulated-link.js';
export type { RawPeer, RawPeerOptions } from './raw-peer.js';
export type { LinkConditions } from './link-conditions.js';
export { full, line, randomSparse, ring, tree } from './topologies.js';
export type { Topology } from './topologies.js';
export { seededRandom } from './seeded-random.js';
export { ForeignNode } from './foreign-node.js';
export type { KnownNode } from './foreign-node.js';
export { verifyRoutes } from './verify-routes.js';
export type { RouteFault } from './verify-routes.js';
export { linkInRealTime } from './real-time-link.js';
export type { RealTimeLink, RealTimeLinkOptions } from './real-time-link.js';
