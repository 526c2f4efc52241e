/**
 * Says why a node of a mesh can or can not open a stream to a service of another one: the route and each link on it with
 * its round trip, what the firewalls on the way do, the service, its certificate, the clocks, the datagram size. What
 * `receptorctl explain` prints.
 *
 * ```ts
 * import { explain, LinkHistory } from '@receptorjs/mesh-diagnostics';
 *
 * const history = new LinkHistory(node);
 * const explanation = await explain({ node, dial, firewall, history }, 'far', { service: 'control' });
 * for (const { subject, state, text } of explanation.findings) console.log(subject, state, text);
 * if (!explanation.open) process.exitCode = 1;
 * ```
 *
 * @packageDocumentation
 */
export { explain } from './explain.js';
export type { DialledStream, ExplainingNode, ExplainOptions, ExplainParts } from './explain.js';
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
