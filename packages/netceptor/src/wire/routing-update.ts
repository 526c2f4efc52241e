import { MeshError } from '../errors.js';
import { frameJson, MESSAGE_TYPE } from './message-type.js';
import { encodeMap, encodeString, isObject, parseObject, stringField, u64Field } from './json.js';

/** What a node says about its links: flooded through the whole mesh. */
export interface RoutingUpdate {
  /** The node whose links these are; `''` in a peer that is still starting. */
  readonly nodeId: string;
  /** Names this update, 8 random characters: the mark by which a node sees that it had it already. */
  readonly updateId: string;
  /** Grows with every start of the node: unix seconds times 2^24, plus a random number below 2^24. */
  readonly epoch: bigint;
  /** Grows with every update of the node since its start. */
  readonly sequence: bigint;
  /** Neighbour to link cost. */
  readonly connections: ReadonlyMap<string, number>;
  /** The neighbour this copy comes from. */
  readonly forwardingNode: string;
  /** 0, or the epoch of another node with the same ID that the sender has seen. */
  readonly suspectedDuplicate: bigint;
  /** What the node does with a link beyond the original; see `LINK_VERSION`. Undefined for the original's nodes. */
  readonly linkVersion?: number | undefined;
}

/** The message for a routing update. The link version is for neighbours only: who hands an update on leaves it out. */
export function encodeRoutingUpdate(update: RoutingUpdate): Buffer {
  const connections = encodeMap(
    [...update.connections].map(([node, cost]) => [node, JSON.stringify(cost)] as const),
  );
  const { linkVersion } = update;
  const isOwn = linkVersion !== undefined && update.nodeId === update.forwardingNode;
  return frameJson(
    MESSAGE_TYPE.routingUpdate,
    `{"NodeID":${encodeString(update.nodeId)},"UpdateID":${encodeString(update.updateId)}` +
      `,"UpdateEpoch":${update.epoch.toString()},"UpdateSequence":${update.sequence.toString()}` +
      `,"Connections":${connections},"ForwardingNode":${encodeString(update.forwardingNode)}` +
      `,"SuspectedDuplicate":${update.suspectedDuplicate.toString()}` +
      (isOwn ? `,"LinkVersion":${linkVersion}}` : '}'),
  );
}

/**
 * Reads a routing update; `json` is the message after its type byte.
 *
 * @throws {MeshError} `malformed-message`, `invalid-cost`
 */
export function decodeRoutingUpdate(json: string): RoutingUpdate {
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
    ...(typeof linkVersion === 'number' && Number.isSafeInteger(linkVersion) && { linkVersion }),
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
