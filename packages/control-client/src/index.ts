/**
 * A typed client of the control service of a mesh node: status, ping, traceroute, units of work, their results as
 * streams, and connections to services of other nodes. It speaks over a unix socket, TCP, TLS or any `Duplex`, and
 * works against Ansible Receptor as well as against the nodes of this project. Beside the client it holds the
 * vocabulary of the protocol: unit states, exact JSON, lines.
 *
 * ```ts
 * import { ControlClient } from '@receptorjs/control-client';
 *
 * const client = await ControlClient.connect('unix:/run/receptor.sock');
 * const { unitId } = await client.submit({ node: 'far', workType: 'cat' }, 'hello\n');
 *
 * const results = await ControlClient.connect('unix:/run/receptor.sock');
 * for await (const chunk of await results.results(unitId)) process.stdout.write(chunk);
 * ```
 *
 * @packageDocumentation
 */
export { ControlClient } from './control-client.js';
export type { ConnectOptions, PingReply } from './control-client.js';
export type { OpenStream } from './connections.js';
export type { Payload, Submission, SubmitRequest, SubmitResult } from './submission.js';
export type { ControlConnectionOptions } from './control-connection.js';
export { parseControlAddress } from './address.js';
export type { ControlAddress, ControlTlsOptions } from './address.js';
export { durationText } from './duration-text.js';
export { ControlError, isRemoteAnswer, isUnknownUnit } from './errors.js';
export type { ControlErrorCode } from './errors.js';
export { compareBytes, encodeJson, isJsonObject, parseJson, sortKeys } from './json.js';
export type { JsonObject, JsonValue } from './json.js';
export { LineReader } from './line-reader.js';
export type { WaitOptions } from './line-reader.js';
export { RetryPace } from './retry-pace.js';
export {
  isFinal,
  parseUnitStatus,
  stateName,
  UnitState,
  unitStatusReply,
  wasStarted,
} from './unit-status.js';
export type { UnitStatus } from './unit-status.js';
export { writeChunk } from './write-chunk.js';
