import { MeshError } from '../errors.js';
import { frameJson, MESSAGE_TYPE } from './message-type.js';
import { encodeMap, encodeString, isObject, parseObject, stringField, u64Field } from './json.js';

/** What a node says about its links: flooded through the whole mesh. */
export interface RoutingUpdate {
  /** The node whose links these are; `''` in a peer that is still starting. */
  readonly nodeId: string;
  /** Names this update, random characters: the mark by which a node sees that it had it already. */
  readonly updateId: string;
  /** Grows with every start of the node: unix seconds times 2^24, plus a random number below 2^24. */
  readonly epoch: bigint;
  /** Grows with every update of the node since its start. */
  readonly sequence: bigint;
  /** Neighbor to link cost. */
  readonly connections: ReadonlyMap<string, number>;
  /** The neighbor this copy comes from. */
  readonly forwardingNode: string;
  /** 0, or the epoch of another node with the same ID that the sender has seen. */
  readonly suspectedDuplicate: bigint;
  /** What the node does with a link beyond the original; see `LINK_VERSION`. Undefined for the original's nodes. */
  readonly linkVersion?: number | undefined;
  /** Its text up to the forwarding node, where it came in the usual form: who hands it on need not write that anew. */
  readonly head?: string | undefined;
}

/** The message for a routing update. The link version is for neighbors only: who hands an update on leaves it out. */
export function encodeRoutingUpdate(update: RoutingUpdate): Buffer {
  const { linkVersion } = update;
  const isOwn = linkVersion !== undefined && update.nodeId === update.forwardingNode;
  return frameJson(
    MESSAGE_TYPE.routingUpdate,
    `${update.head ?? headOf(update)}${encodeString(update.forwardingNode)}` +
      `,"SuspectedDuplicate":${update.suspectedDuplicate.toString()}` +
      (isOwn ? `,"LinkVersion":${linkVersion}}` : '}'),
  );
}

function headOf({ nodeId, updateId, epoch, sequence, connections }: RoutingUpdate): string {
  const links = [...connections].map(([node, cost]) => [node, JSON.stringify(cost)] as const);
  return (
    `{"NodeID":${encodeString(nodeId)},"UpdateID":${encodeString(updateId)}` +
    `,"UpdateEpoch":${epoch.toString()},"UpdateSequence":${sequence.toString()}` +
    `,"Connections":${encodeMap(links)},"ForwardingNode":`
  );
}

/** A string as the encoders write it, of characters that need no escape. */
const PLAIN = '"([^"\\\\<>&\\u0000-\\u001f\\u2028\\u2029]*)"';
/** An update as both implementations write it. */
const USUAL_FORM = new RegExp(
  `^(\\{"NodeID":${PLAIN},"UpdateID":${PLAIN},"UpdateEpoch":(\\d{1,19}),"UpdateSequence":(\\d{1,19})` +
    `,"Connections":(\\{[^}\\\\<>&\\u0000-\\u001f\\u2028\\u2029]*\\}),"ForwardingNode":)${PLAIN}` +
    `,"SuspectedDuplicate":(\\d{1,19})(?:,"LinkVersion":(\\d{1,9}))?\\}$`,
);
/** One item of the connections, with the comma or bracket in front of it. */
const USUAL_CONNECTION = new RegExp(
  `[{,]${PLAIN}:([1-9]\\d{0,14}(?:\\.\\d{1,15})?|0\\.\\d{1,15})`,
  'y',
);

/**
 * Reads a routing update; `json` is the message after its type byte.
 *
 * @throws {MeshError} `malformed-message`, `invalid-cost`
 */
export function decodeRoutingUpdate(json: string): RoutingUpdate {
  return decodeUsualForm(json) ?? decodeAnyForm(json);
}

/** Reads an update without a JSON parser where it has the form that both implementations write; undefined for any other. */
function decodeUsualForm(json: string): RoutingUpdate | undefined {
  const match = USUAL_FORM.exec(json);
  if (match === null) return undefined;
  const [, head, nodeId = '', updateId = '', epoch = '', sequence = '', links = ''] = match;
  const [, , , , , , , forwardingNode = '', suspectedDuplicate = '', linkVersion] = match;
  const connections = usualConnections(links);
  if (connections === undefined) return undefined;
  return {
    nodeId,
    updateId,
    epoch: BigInt(epoch),
    sequence: BigInt(sequence),
    connections,
    forwardingNode,
    suspectedDuplicate: suspectedDuplicate === '0' ? 0n : BigInt(suspectedDuplicate),
    linkVersion: linkVersion === undefined ? undefined : Number(linkVersion),
    head,
  };
}

function usualConnections(json: string): Map<string, number> | undefined {
  const connections = new Map<string, number>();
  const last = json.length - 1;
  if (last === 1) return connections;
  for (USUAL_CONNECTION.lastIndex = 0; ;) {
    const match = USUAL_CONNECTION.exec(json);
    const cost = Number(match?.[2]);
    if (match === null || !(cost > 0)) return undefined;
    connections.set(match[1] ?? '', cost);
    if (USUAL_CONNECTION.lastIndex === last) return connections;
  }
}

function decodeAnyForm(json: string): RoutingUpdate {
  const object = parseObject(json);
  const linkVersion = object['LinkVersion'];
  return {
    nodeId: stringField(object, 'NodeID'),
    updateId: stringField(object, 'UpdateID'),
    epoch: u64Field(object, 'UpdateEpoch'),
    sequence: u64Field(object, 'UpdateSequence'),
    connections: connectionsField(object['Connections'] ?? {}),
    forwardingNode: stringField(object, 'ForwardingNode'),
    suspectedDuplicate: u64Field(object, 'SuspectedDuplicate'),
    linkVersion:
      typeof linkVersion === 'number' && Number.isSafeInteger(linkVersion)
        ? linkVersion
        : undefined,
  };
}

function connectionsField(value: unknown): ReadonlyMap<string, number> {
  if (!isObject(value))
    throw new MeshError('malformed-message', 'field Connections must be an object');
  const connections = new Map<string, number>();
  for (const [node, item] of Object.entries(value)) {
    const cost = typeof item === 'bigint' ? Number(item) : item;
    if (typeof cost !== 'number' || !Number.isFinite(cost)) {
      throw new MeshError('malformed-message', 'a cost in Connections must be a number');
    }
    // The original hands such an update on: the peer it comes from need not be to blame.
    if (cost <= 0) throw new MeshError('invalid-cost', 'a cost in Connections must be positive');
    connections.set(node, cost);
  }
  return connections;
}
