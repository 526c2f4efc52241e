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
 * const { stdout } = await client.runWork({ node: 'far', workType: 'cat' }, 'hello\n');
 * console.log(stdout.toString());
 *
 * // the same in steps, for a unit that outlives this program
 * const { unitId } = await client.submit({ node: 'far', workType: 'cat' }, 'hello\n');
 * for await (const chunk of await client.results(unitId)) process.stdout.write(chunk);
 * await client.workRelease(unitId);
 * client.close();
 * ```
 *
 * `unitEvents` tells of all units of a node and of each change, over restarts of the node:
 *
 * ```ts
 * import { ControlClient } from '@receptorjs/control-client';
 *
 * const client = await ControlClient.connect('unix:/run/receptor.sock');
 * for await (const event of client.unitEvents()) {
 *   if (event.type === 'unit') console.log(event.unitId, event.status.detail);
 *   if (event.type === 'listed') break; // by now each unit was told; changes follow
 * }
 * client.close();
 * ```
 *
 * `runWork` and `results` follow the unit over broken connections and end by its final state: one that has failed or was
 * canceled rejects, with a `ControlError` whose `work` has the status. The client opens connections as it needs them.
 *
 * @packageDocumentation
 */
export { ControlClient } from './control-client.js';
export type { ConnectOptions, ControlClientOptions } from './connection/connect-options.js';
export type { DigestRange, DigestReply } from './digest-reply.js';
export type { LinkActivity, NodeActivity } from './node-activity.js';
export type { PingReply } from './ping-reply.js';
export type { OpenStream } from './connection/connections.js';
export type { RunWorkOptions } from './units/run-work.js';
export type { Payload, Submission, SubmitRequest, SubmitResult } from './units/submission.js';
export type { ControlConnectionOptions } from './connection/control-connection.js';
export { parseControlAddress } from './connection/address.js';
export type { ControlAddress, ControlTlsOptions } from './connection/address.js';
export type {
  NodeConnection,
  NodeStatus,
  OfferedWork,
  ServiceAdvertisement,
} from './node-status.js';
export type { UnitEventsOptions } from './units/event-follow.js';
export type { SizedResult, SizedStdin } from './units/sized-submission.js';
export type { UnitPart } from './units/unit-stream.js';
export type { UnitFollowOptions } from './units/unit-follow.js';
export {
  ControlError,
  isFinal,
  isRemoteAnswer,
  isUnknownUnit,
  stateName,
  UnitState,
  type ControlErrorCode,
  type JsonObject,
  type JsonValue,
  type ReportedStatus,
  type UnitEvent,
  type UnitStatus,
  type WorkResult,
} from '@receptorjs/control-protocol';
