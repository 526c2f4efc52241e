/**
 * Checks a backend of one's own as those of this package are checked: links, costs, what a broken link does, and what
 * comes from strangers.
 *
 * ```ts
 * import { checkBackend, relayTcp } from '@receptorjs/netceptor-backends/testing';
 * import { describe, it } from 'vitest'; // or jest, or node:test
 * import { dialOurs, listenOurs, sendRaw, speakOurs } from './our-backend.js';
 *
 * checkBackend({ describe, it }, 'ours', {
 *   isLossy: false,
 *   longest: 65_535,
 *   listen: async (node, port = 0, options) => {
 *     const end = await listenOurs(node, port, options);
 *     return { end, address: end.port };
 *   },
 *   dial: (node, port, options) => dialOurs(node, port, options),
 *   relay: relayTcp,
 *   speak: speakOurs,
 *   sendGarbage: sendRaw,
 * });
 * ```
 *
 * @packageDocumentation
 */
export { checkBackend } from './conformance/check-backend.js';
export type {
  BackendEnd,
  BackendUnderTest,
  ListeningEnd,
  Speaker,
  TestFrame,
} from './conformance/backend-under-test.js';
export { relayStreams, relayTcp } from './conformance/relay.js';
export type { Relay, RelayedStreams } from './conformance/relay.js';
export { relayUdp } from './conformance/relay-udp.js';
