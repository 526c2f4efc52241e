/**
 * What every QUIC engine has to pass.
 *
 * ```ts
 * import { describeEngine } from '@receptorjs/tooling-quic-conformance';
 * import { loadEngine } from './load-engine.js';
 *
 * describeEngine('native', loadEngine);
 * ```
 *
 * @packageDocumentation
 */
export { describeEngine } from './describe-engine.js';
export { describeManyConnections } from './many-connections.js';
export { Link } from './link.js';
export type { Way } from './link.js';
export { TestIdentities } from './identities.js';
export { transfer } from './transfer.js';
