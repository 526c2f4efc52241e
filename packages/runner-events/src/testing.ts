/**
 * Checks an event plugin against a real receiver: order, at least once, a receiver that is slow, silent, gone and back.
 *
 * ```ts
 * import { checkEventPlugin } from '@receptorjs/runner-events/testing';
 * import { describe, it } from 'vitest'; // or node:test
 * import plugin from './index.js';
 * import { startLog } from './test-log.js';
 *
 * checkEventPlugin({ describe, it }, {
 *   plugin,
 *   settings: (port) => ({ runner_log_url: `http://127.0.0.1:${port}/` }),
 *   receiver: (taken) => startLog((id, body) => taken({ id, body })),
 *   prefix: 'runner_log',
 *   unusable: [{ runner_log_url: 'nonsense' }],
 * });
 * ```
 *
 * @packageDocumentation
 */
export { makeCertificate, type TestCertificate } from './certificate.js';
export {
  checkEventPlugin,
  type PluginUnderTest,
  type TakenMessage,
  type TestFrame,
  type TestReceiver,
} from './conformance.js';
