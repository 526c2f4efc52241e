import type { MeshStatus, ServiceAdvertisement } from '@receptorjs/netceptor';
import { encodeJson, type JsonValue } from '@receptorjs/control-protocol';
import { compareBytes, sortKeys } from '@receptorjs/control-protocol/internal';
import { badRequest } from '../errors.js';
import type { NodeFacts } from '../handlers.js';
import type { Request } from './request.js';

/** What this project has added to the protocol; `status` gives it as `Additions` when that is requested. */
const ADDITIONS = [
  'activity',
  'explain',
  'firewall',
  'log-level',
  'reload plan',
  'status RTT',
  'stdin-end',
  'stdin-size',
  'work digest',
  'work events',
  'work follow',
  'work list ages',
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
