import {
  ControlError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@receptorjs/control-protocol';

/** A link of the node. */
export type NodeConnection = {
  readonly NodeID: string;
  readonly Cost: number;
};

/** A work type some node offers. */
export type OfferedWork = {
  readonly WorkType: string;
  /** Whether submissions must be signed. */
  readonly Secure: boolean;
};

/** A service some node offers. */
export type ServiceAdvertisement = {
  readonly NodeID: string;
  readonly Service: string;
  /** RFC 3339. */
  readonly Time: string;
  /** 0 datagram, 1 stream, 2 stream with TLS. */
  readonly ConnType: number;
  readonly Tags: Readonly<Record<string, string>> | null;
  readonly WorkCommands?: readonly OfferedWork[] | null | undefined;
};

/** A node's view of the mesh, under the protocol's own names. A field is there when it was asked for, or none was. */
export type NodeStatus = {
  readonly Version?: string;
  readonly NodeID?: string;
  readonly SystemCPUCount?: number;
  readonly SystemMemoryMiB?: number;
  readonly Connections?: readonly NodeConnection[] | null;
  /** Round trips in nanoseconds, by peer, of links that measure them: only when asked for by name, and of nodes of this project. */
  readonly RTT?: Readonly<Record<string, number>> | null;
  /** Cost of each known link, from node to node. */
  readonly KnownConnectionCosts?: Readonly<Record<string, Readonly<Record<string, number>>>> | null;
  /** The next hop to each node. */
  readonly RoutingTable?: Readonly<Record<string, string>> | null;
  readonly Advertisements?: readonly ServiceAdvertisement[] | null;
};

type Check = (value: JsonValue | undefined) => boolean;

const text: Check = (value) => typeof value === 'string';
const count: Check = (value) => typeof value === 'number';
const flag: Check = (value) => typeof value === 'boolean';
const absent: Check = (value) => value === undefined || value === null;
const optional =
  (check: Check): Check =>
  (value) =>
    absent(value) || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && (value as readonly JsonValue[]).every((item) => check(item));
const mapOf =
  (check: Check): Check =>
  (value) =>
    isJsonObject(value) && Object.values(value).every((item) => check(item));
const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isJsonObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

const checks: Readonly<Record<keyof NodeStatus, Check>> = {
  Version: text,
  NodeID: text,
  SystemCPUCount: count,
  SystemMemoryMiB: count,
  Connections: listOf(record({ NodeID: text, Cost: count })),
  RTT: mapOf(count),
  KnownConnectionCosts: mapOf(mapOf(count)),
  RoutingTable: mapOf(text),
  Advertisements: listOf(
    record({
      NodeID: text,
      Service: text,
      Time: text,
      ConnType: count,
      Tags: optional(mapOf(text)),
      WorkCommands: optional(listOf(record({ WorkType: text, Secure: flag }))),
    }),
  ),
};

/**
 * Checks a reply to `status`; fields that are not known are left as they are.
 *
 * @throws {ControlError} `protocol` for a field of another type
 */
export function parseNodeStatus(value: JsonValue): NodeStatus & JsonObject {
  if (!isJsonObject(value)) throw new ControlError('protocol', 'reply is not an object');
  for (const [name, check] of Object.entries(checks)) {
    if (!optional(check)(value[name])) {
      throw new ControlError('protocol', `${name} of the status has another form than documented`);
    }
  }
  return value;
}
