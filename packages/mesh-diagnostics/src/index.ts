/**
 * Says why a node of a mesh can or can not open a stream to a service of another one: the route and each link on it with
 * its round trip, what the firewalls on the path do, the service, its certificate, the clocks, the datagram size. What
 * `receptorctl explain` prints.
 *
 * ```ts
 * import { explain, LinkHistory } from '@receptorjs/mesh-diagnostics';
 * import { MeshNode } from '@receptorjs/netceptor';
 * import { StreamHost } from '@receptorjs/netceptor-streams';
 *
 * const node = new MeshNode({ nodeId: 'near' });
 * const streams = new StreamHost(node);
 * const { findings, open } = await explain(
 *   {
 *     node,
 *     dial: (nodeId, service, { signal }) => streams.dial(nodeId, service, { signal }),
 *     firewall: (message) => ({ action: node.firewall.match(message).action }),
 *     history: new LinkHistory(node),
 *   },
 *   'far',
 * );
 * for (const { subject, state, text } of findings) console.log(subject, state, text);
 * if (!open) console.log('far can not be reached');
 * await node.close();
 * ```
 *
 * @packageDocumentation
 */
export { explain } from './explain.js';
export type { DialedStream, ExplainingNode, ExplainOptions, ExplainParts } from './explain.js';
export { explanationReply } from './explanation.js';
export type {
  Explanation,
  Finding,
  FindingState,
  PathLink,
  ShownCertificate,
} from './explanation.js';
export { LinkHistory } from './link-history.js';
export type { FollowedNode, LostLink } from './link-history.js';
export type { Direction, FirewallVerdict } from './node-questions.js';
export type { KnownMesh } from './route.js';
