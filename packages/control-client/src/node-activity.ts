import {
  ControlError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '@receptorjs/control-protocol';

/** A link as `activity` tells of it. */
export interface LinkActivity {
  /** The peer. */
  readonly nodeId: string;
  readonly cost: number;
  /** Milliseconds; only where the peer answers probes. */
  readonly rttMs?: number;
  /** Since the link was opened; only where the backend counts them. */
  readonly receivedBytes?: number;
  readonly sentBytes?: number;
  /** RFC 3339. */
  readonly upSince: string;
}

/** What a node counts. Numbers but those of `units` only grow while it runs; units are counted since somebody first asked. */
export interface NodeActivity {
  readonly nodeId: string;
  readonly uptimeMs: number;
  readonly links: readonly LinkActivity[];
  /** How many units there are, by the name of their state. */
  readonly units: ReadonlyMap<string, number>;
  readonly unitsSubmitted: number;
  readonly unitsStarted: number;
  readonly unitsEnded: number;
  readonly unitsReleased: number;
}

/** Nanoseconds of a millisecond. */
const MS_NS = 1e6;

/**
 * Reads the reply to `activity`.
 *
 * @throws {ControlError} `protocol`
 */
export function parseActivity(value: JsonValue): NodeActivity {
  const reply = objectOf('activity', value);
  const { Links = [], Units = {} } = reply;
  if (!Array.isArray(Links)) throw new ControlError('protocol', 'Links must be a list');
  return {
    nodeId: text(reply, 'NodeID'),
    uptimeMs: count(reply, 'Uptime') / MS_NS,
    links: (Links as readonly JsonValue[]).map(linkOf),
    units: new Map(
      Object.keys(objectOf('Units', Units)).map((name) => [
        name,
        count(objectOf('Units', Units), name),
      ]),
    ),
    unitsSubmitted: count(reply, 'UnitsSubmitted', 0),
    unitsStarted: count(reply, 'UnitsStarted', 0),
    unitsEnded: count(reply, 'UnitsEnded', 0),
    unitsReleased: count(reply, 'UnitsReleased', 0),
  };
}

function linkOf(value: JsonValue): LinkActivity {
  const link = objectOf('a link', value);
  return {
    nodeId: text(link, 'NodeID'),
    cost: count(link, 'Cost'),
    ...('RTT' in link ? { rttMs: count(link, 'RTT') / MS_NS } : {}),
    ...('ReceivedBytes' in link ? { receivedBytes: count(link, 'ReceivedBytes') } : {}),
    ...('SentBytes' in link ? { sentBytes: count(link, 'SentBytes') } : {}),
    upSince: text(link, 'UpSince'),
  };
}

function objectOf(what: string, value: JsonValue): JsonObject {
  if (isJsonObject(value)) return value;
  throw new ControlError('protocol', `${what} must be an object`);
}

function text(fields: JsonObject, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new ControlError('protocol', `${name} must be a string`);
}

function count(fields: JsonObject, name: string, missing?: number): number {
  const value = fields[name] ?? missing;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw new ControlError('protocol', `${name} must be a number`);
}
