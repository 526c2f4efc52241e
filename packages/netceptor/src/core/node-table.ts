import { hashText } from '../wire/first-fields.js';
import { hashNodeId, type Hash64 } from '../wire/highway-hash.js';
import { ownCopy } from './own-copy.js';
import type { LinkTransport } from './link-transport.js';

/** The most nodes a table holds. A mesh that names more is under attack or needs another release. */
const MAX_NODES = 16_384;

/**
 * The most that all the connections of all nodes take, in bytes: those of 1,000 nodes that are all linked with each other
 * have room. Each takes its name and {@link CONNECTION_BYTES}.
 */
const MAX_CONNECTION_BYTES = 67_108_864;
const CONNECTION_BYTES = 32;
/** How much of that makes room scarce, and how many nodes. */
const SCARCE_SHARE = 0.9;

/** The way to a node: the neighbour and the link to it. */
export interface NextHop {
  readonly nodeId: string;
  readonly transport: LinkTransport;
}

const NO_CONNECTIONS: ReadonlyMap<string, number> = new Map();
const NO_EDGES: NodeRecord[] = [];
const NO_COSTS: number[] = [];

/** One node of the mesh, as this node knows it. */
export class NodeRecord {
  readonly id: string;
  readonly hash: Hash64;
  /** Its place among the nodes of the table; those of forgotten nodes are used again. Written by the table only. */
  place = -1;
  /** Written by the routing state only. */
  epoch = 0n;
  /** Written by the routing state only. */
  sequence = 0n;
  /** Update ID of the last update taken, or undefined before the first. Written by the routing state only. */
  updateId: string | undefined;
  /** When its last update arrived. Written by the routing state only. */
  heardAt: number;
  /** When it was last found out of reach. Written by the routing state only. */
  lostAt = -Infinity;
  /** The epoch of another node with this ID that the node has objected to. Written by the routing state only. */
  refusedEpoch = 0n;
  /** Neighbour to link cost, as the node itself says. Written by {@link NodeTable.connect}, and for this node by the routing state. */
  connections: ReadonlyMap<string, number> = NO_CONNECTIONS;
  /** Those of its neighbours that are known, and the costs of the links to them. Written by the table only. */
  edges: NodeRecord[] = NO_EDGES;
  edgeCosts: number[] = NO_COSTS;
  /** Cost of the path to it, Infinity when there is none. Written by the routing state only. */
  cost = Infinity;
  /** Undefined when the node can't be reached. Written by the routing state only. */
  nextHop: NextHop | undefined;
  /** The next record whose hash has the same low half. Written by the table only. */
  sameLow: NodeRecord | undefined;

  constructor(id: string, now: number) {
    this.id = ownCopy(id);
    this.hash = hashNodeId(id);
    this.heardAt = now;
  }
}

/** The nodes this node knows, by ID and by hash. It alone writes its maps. */
export class NodeTable {
  readonly #byId = new Map<string, NodeRecord>();
  readonly #byLow = new Map<number, NodeRecord>();
  /** By `hashText` of the ID; of nodes with the same hash only one. */
  readonly #byText = new Map<number, NodeRecord>();
  readonly #byPlace: (NodeRecord | undefined)[] = [];
  readonly #freePlaces: number[] = [];
  /** The nodes whose edges are not those of their connections, since these changed or name nodes that are not known. */
  readonly #unresolved = new Set<NodeRecord>();
  #connections = 0;
  #connectionBytes = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** How many connections all nodes have, those to nodes that are not known included. */
  get connections(): number {
    return this.#connections;
  }

  /** Whether there is little room left for others. */
  get isScarce(): boolean {
    return (
      this.size > MAX_NODES * SCARCE_SHARE ||
      this.#connectionBytes > MAX_CONNECTION_BYTES * SCARCE_SHARE
    );
  }

  /** One more than the highest place a node has had. */
  get places(): number {
    return this.#byPlace.length;
  }

  get(nodeId: string): NodeRecord | undefined {
    return this.#byId.get(nodeId);
  }

  /** A node whose ID has this hash; see `hashText`. It may be another one than the one looked for. */
  withHash(hash: number): NodeRecord | undefined {
    return this.#byText.get(hash);
  }

  /** The node at a place. */
  at(place: number): NodeRecord | undefined {
    return this.#byPlace[place];
  }

  /** The node with this hash. Allocates nothing: it runs for every message. */
  find(high: number, low: number): NodeRecord | undefined {
    let record = this.#byLow.get(low);
    while (record !== undefined && record.hash.high !== high) record = record.sameLow;
    return record;
  }

  /** The record of a node, made when there is none; undefined when the table is full or the hash is taken. */
  add(nodeId: string, now: number): NodeRecord | undefined {
    const known = this.#byId.get(nodeId);
    if (known !== undefined) return known;
    if (this.#byId.size >= MAX_NODES) return undefined;
    const record = new NodeRecord(nodeId, now);
    if (this.find(record.hash.high, record.hash.low) !== undefined) return undefined;
    record.sameLow = this.#byLow.get(record.hash.low);
    this.#byLow.set(record.hash.low, record);
    this.#byId.set(record.id, record);
    this.#byText.set(hashText(nodeId), record);
    record.place = this.#freePlaces.pop() ?? this.#byPlace.length;
    this.#byPlace[record.place] = record;
    return record;
  }

  /** Takes nodes out. */
  delete(nodeIds: ReadonlySet<string>): void {
    if (nodeIds.size === 0) return;
    for (const nodeId of nodeIds) this.#remove(nodeId);
    for (const record of this.#byId.values()) {
      if (record.edges.some(({ id }) => nodeIds.has(id))) this.#unresolved.add(record);
    }
  }

  /** Takes what a node says about its links; false when there is no room for it. For fewer than before there always is. */
  connect(record: NodeRecord, connections: ReadonlyMap<string, number>): boolean {
    const bytes = this.#connectionBytes - bytesOf(record.connections) + bytesOf(connections);
    if (bytes > MAX_CONNECTION_BYTES && bytes > this.#connectionBytes) return false;
    this.#connections += connections.size - record.connections.size;
    this.#connectionBytes = bytes;
    record.connections = connections;
    this.#unresolved.add(record);
    return true;
  }

  /** Brings the edges up to date with the connections. */
  resolveEdges(): void {
    for (const record of this.#unresolved) {
      const edges: NodeRecord[] = [];
      const costs: number[] = [];
      for (const [nodeId, cost] of record.connections) {
        const other = this.#byId.get(nodeId);
        if (other === undefined) continue;
        edges.push(other);
        costs.push(cost);
      }
      // Copies have no room to spare: there is one of these for every node of the mesh.
      record.edges = edges.slice();
      record.edgeCosts = costs.slice();
      if (edges.length === record.connections.size) this.#unresolved.delete(record);
    }
  }

  values(): IterableIterator<NodeRecord> {
    return this.#byId.values();
  }

  #remove(nodeId: string): void {
    const record = this.#byId.get(nodeId);
    if (record === undefined) return;
    this.#byId.delete(nodeId);
    this.#byText.delete(hashText(nodeId));
    this.#byPlace[record.place] = undefined;
    this.#freePlaces.push(record.place);
    this.#unresolved.delete(record);
    this.#connections -= record.connections.size;
    this.#connectionBytes -= bytesOf(record.connections);
    const first = this.#byLow.get(record.hash.low);
    if (first === record) {
      if (record.sameLow === undefined) this.#byLow.delete(record.hash.low);
      else this.#byLow.set(record.hash.low, record.sameLow);
      return;
    }
    for (let at = first; at !== undefined; at = at.sameLow) {
      if (at.sameLow === record) at.sameLow = record.sameLow;
    }
  }
}

function bytesOf(connections: ReadonlyMap<string, number>): number {
  let bytes = connections.size * CONNECTION_BYTES;
  for (const nodeId of connections.keys()) bytes += nodeId.length;
  return bytes;
}
