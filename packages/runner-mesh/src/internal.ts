/**
 * What the other packages of this project use of this one, and nobody else should: it changes without notice.
 *
 * @packageDocumentation
 */
export { openPayload } from './remote-job/payload.js';
export { RemoteJobUnit } from './remote-job/remote-job-unit.js';
export { unitOutput } from './remote-job/unit-output.js';
export type { ControlTransport } from './transport/control-transport.js';
export { ReconnectingClient } from './transport/reconnecting-client.js';
