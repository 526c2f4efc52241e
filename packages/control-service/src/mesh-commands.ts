import { errorText } from '@receptorjs/primitives';
import type { MeshStatus, ServiceAdvertisement } from '@receptorjs/netceptor';
import {
  compareBytes,
  durationText,
  encodeJson,
  sortKeys,
  type JsonObject,
  type JsonValue,
} from '@receptorjs/control-protocol';
import { badRequest } from './errors.js';
import type {
  MeshHandler,
  NodeFacts,
  ProbeReply,
  ReloadChanges,
  ReloadHandler,
} from './handlers.js';
import { stringField, type Request } from './request.js';

/** What this project has added to the protocol; `status` gives it as `Additions` when that is requested. */
const ADDITIONS = [
  'explain',
  'firewall',
  'reload plan',
  'status RTT',
  'stdin-end',
  'work watch',
] as const;

/**
 * Answers `status`: every field, or those of `requested_fields` that are known. The reply comes in pieces of text, to be made one
 * after the other: what is known of a mesh may be large.
 */
export function statusReply(
  request: Request,
  status: MeshStatus,
  facts: NodeFacts,
): Generator<string> {
  const wanted = requestedFields(request);
  const all: Record<string, () => Generator<string>> = {
    Advertisements: () => listPieces(status.advertisements, advertisementRecord),
    Connections: () =>
      listPieces(status.connections, ({ nodeId, cost }) => ({ NodeID: nodeId, Cost: cost })),
    KnownConnectionCosts: () =>
      memberPieces(status.knownConnectionCosts, (costs) => sortKeys(costs)),
    NodeID: () => piece(status.nodeId),
    RoutingTable: () => memberPieces(status.routingTable, (via) => via),
    SystemCPUCount: () => piece(facts.cpuCount),
    SystemMemoryMiB: () => piece(facts.memoryMiB),
    Version: () => piece(facts.version),
  };
  // Only for who asks for them by name: clients print every field that they do not know, or compare all there is.
  const added: Record<string, () => Generator<string>> = {
    Additions: () => piece([...ADDITIONS]),
    RTT: () => piece(roundTrips(status)),
  };
  const chosen = [
    ...Object.entries(all).filter(([name]) => wanted?.includes(name) ?? true),
    ...Object.entries(added).filter(([name]) => wanted?.includes(name)),
  ];
  return fieldPieces(chosen.sort(([a], [b]) => compareBytes(a, b)));
}

function* fieldPieces(
  fields: readonly (readonly [string, () => Generator<string>])[],
): Generator<string> {
  for (const [at, [name, pieces]] of fields.entries()) {
    yield `${at === 0 ? '{' : ','}${encodeJson(name)}:`;
    yield* pieces();
  }
  yield fields.length === 0 ? '{}' : '}';
}

function* piece(value: JsonValue): Generator<string> {
  yield encodeJson(value);
}

function* listPieces<T>(items: readonly T[], value: (item: T) => JsonValue): Generator<string> {
  yield '[';
  for (const [at, item] of items.entries())
    yield `${at === 0 ? '' : ','}${encodeJson(value(item))}`;
  yield ']';
}

function* memberPieces<T>(
  record: Readonly<Record<string, T>>,
  value: (item: T) => JsonValue,
): Generator<string> {
  yield '{';
  const members = Object.entries(record).sort(([a], [b]) => compareBytes(a, b));
  for (const [at, [name, item]] of members.entries())
    yield `${at === 0 ? '' : ','}${encodeJson(name)}:${encodeJson(value(item))}`;
  yield '}';
}

/** Round trips of the links that measure them, in nanoseconds, by peer. */
function roundTrips({ connections }: MeshStatus): JsonValue {
  return sortKeys(
    Object.fromEntries(
      connections.flatMap(({ nodeId, rttNs }) => (rttNs === undefined ? [] : [[nodeId, rttNs]])),
    ),
  );
}

function requestedFields(request: Request): readonly string[] | undefined {
  if (request.form === 'line') {
    if (request.text !== '') throw badRequest('status command does not take parameters');
    return undefined;
  }
  const wanted = request.fields['requested_fields'];
  if (wanted === undefined) return undefined;
  if (!Array.isArray(wanted)) throw badRequest('requested_fields must be a list of strings');
  return (wanted as readonly JsonValue[]).map((field) => {
    if (typeof field === 'string') return field;
    throw badRequest('each element of requested_fields must be a string');
  });
}

function advertisementRecord(ad: ServiceAdvertisement): JsonValue {
  return {
    NodeID: ad.nodeId,
    Service: ad.service,
    Time: ad.time,
    ConnType: ad.connectionType,
    Tags: ad.tags ? sortKeys(ad.tags) : null,
    WorkCommands:
      ad.workCommands?.map(({ workType, secure }) => ({ WorkType: workType, Secure: secure })) ??
      null,
  };
}

function probeTarget(request: Request): string {
  const { command } = request;
  if (request.form === 'line') {
    if (request.text === '') throw badRequest(`no ${command} target`);
    return request.text;
  }
  const { target } = request.fields;
  if (target === undefined) throw badRequest(`no ${command} target`);
  if (typeof target !== 'string') throw badRequest(`${command} target must be string`);
  return target;
}

/** Answers `ping`. A probe that fails is a reply with `Success` false, not an error line. */
export async function pingReply(
  request: Request,
  mesh: MeshHandler,
  signal: AbortSignal,
): Promise<JsonValue> {
  const target = probeTarget(request);
  try {
    const { from, timeNs } = await mesh.ping(target, { signal });
    return { From: from, Success: true, Time: timeNs, TimeStr: durationText(timeNs) };
  } catch (error) {
    return { Error: errorText(error), Success: false };
  }
}

/** Answers `traceroute`: one record a hop, keyed `0`, `1`, ... */
export async function tracerouteReply(
  request: Request,
  mesh: MeshHandler,
  signal: AbortSignal,
): Promise<JsonValue> {
  const target = probeTarget(request);
  const hops: Record<string, JsonValue> = {};
  let count = 0;
  for await (const hop of mesh.traceroute(target, { signal })) {
    hops[count] = {
      ...(hop.error === undefined ? {} : { Error: hop.error.message }),
      ...probeRecord(hop),
    };
    count += 1;
  }
  return sortKeys(hops);
}

function probeRecord({ from, timeNs }: ProbeReply): JsonObject {
  return { From: from, Time: timeNs, TimeStr: durationText(timeNs) };
}

/**
 * Answers `reload`; without a handler as a node that was started without a configuration file. `reload plan`, or the JSON
 * field `plan`, asks for what would change, which is reported and not done.
 */
export async function reloadReply(
  request: Request,
  reload: ReloadHandler | undefined,
): Promise<JsonValue> {
  if (!reload) {
    return {
      Error: 'no configuration file was provided, reload function not set ERRORCODE 4',
      Success: false,
    };
  }
  const planOnly = asksForPlan(request);
  const outcome = await reload({ planOnly });
  const plan = planOnly && outcome.changes ? { Plan: changesRecord(outcome.changes) } : {};
  return outcome.success
    ? { ...plan, Success: true }
    : { Error: outcome.error, ...plan, Success: false };
}

/** What is neither yes nor no is refused: it may have been meant as the harmless one. */
function asksForPlan(request: Request): boolean {
  if (request.form === 'line') return request.text.trim().toLowerCase() === 'plan';
  const { plan = false } = request.fields;
  if (typeof plan === 'boolean') return plan;
  throw badRequest('reload plan must be true or false');
}

function changesRecord({ opened, closed, changed, kept }: ReloadChanges): JsonObject {
  return { Change: [...changed], Close: [...closed], Keep: [...kept], Open: [...opened] };
}

/**
 * Answers `explain`, which is added to the protocol: `explain NODE [SERVICE [TLSCLIENT]]`, or the JSON fields `target`,
 * `service` and `tls`.
 */
export async function explainReply(
  request: Request,
  explain: NonNullable<MeshHandler['explain']>,
  signal: AbortSignal,
): Promise<JsonValue> {
  const [target, service, tlsClient] =
    request.form === 'line'
      ? request.text.split(' ', 4)
      : [request.fields['target'], request.fields['service'], request.fields['tls']];
  if (target === undefined || target === '') throw badRequest('no explain target');
  return explain(textOf('explain target', target), {
    service: optionalText('explain service', service),
    tlsClient: optionalText('explain tls name', tlsClient),
    signal,
  });
}

/**
 * Answers `firewall`, which is added to the protocol: what this node does with a message from `fromnode`, `fromservice` to
 * `tonode`, `toservice`. JSON form only.
 */
export function firewallReply(
  request: Request,
  firewall: NonNullable<MeshHandler['firewall']>,
): JsonValue {
  if (request.form === 'line') throw badRequest('firewall command takes its fields as JSON');
  const { fields } = request;
  const nameIn = (field: string): string => {
    const name = stringField(fields, field);
    if (name.length <= MAX_NAME_LENGTH) return name;
    throw badRequest(`field ${field} has more than ${MAX_NAME_LENGTH} characters`);
  };
  return firewall({
    fromNode: nameIn('fromnode'),
    fromService: nameIn('fromservice'),
    toNode: nameIn('tonode'),
    toService: nameIn('toservice'),
  });
}

/** Characters of the name of a node or service that patterns are matched with: no name of the mesh is longer. */
const MAX_NAME_LENGTH = 1024;

function textOf(what: string, value: JsonValue): string {
  if (typeof value !== 'string') throw badRequest(`${what} must be string`);
  return value;
}

function optionalText(what: string, value: JsonValue | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : textOf(what, value);
}

/** Whom a `connect` request wants. */
export interface ConnectTarget {
  readonly node: string;
  readonly service: string;
  readonly tlsClient: string | undefined;
}

/** Reads a `connect` request. Words of the line form are split at single spaces; an empty third one means no TLS. */
export function connectTarget(request: Request): ConnectTarget {
  if (request.form === 'line') {
    const [node, service, tls, ...more] = request.text.split(' ', 4);
    if (node === undefined || service === undefined) throw badRequest('no connect target');
    if (more.length > 0) throw badRequest('too many parameters');
    return { node, service, tlsClient: tls === '' ? undefined : tls };
  }
  const { node, service, tls } = request.fields;
  if (node === undefined) throw badRequest('no connect target node');
  if (typeof node !== 'string') throw badRequest('connect target node must be string');
  if (service === undefined) throw badRequest('no connect target service');
  if (typeof service !== 'string') throw badRequest('connect target service must be string');
  if (tls !== undefined && typeof tls !== 'string') {
    throw badRequest('connect tls name must be string');
  }
  return { node, service, tlsClient: tls === '' ? undefined : tls };
}
