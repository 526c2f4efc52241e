import { hashText } from '../../wire/first-fields.js';
import { crowdedNodes } from '../crowded-nodes.js';
import { NodeRecord } from './node-record.js';
import { UnreachedNodes } from './unreached-nodes.js';

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

/** The nodes this node knows, by ID and by hash. It alone writes its maps. */
export class NodeTable {
  readonly #byId = new Map<string, NodeRecord>();
  readonly #byLow = new Map<number, NodeRecord>();
  /** By `hashText` of the ID; of nodes with the same hash only one. */
  readonly #byText = new Map<number, NodeRecord>();
  readonly #byPlace: (NodeRecord | undefined)[] = [];
  readonly #freePlaces: number[] = [];
  /** Places that became free while none may be used again; undefined while they may. */
  #heldPlaces: number[] | undefined;
  /** Nodes that were never in reach. */
  readonly unreached = new UnreachedNodes();
  /** How many nodes have been added so far. */
  #added = 0;
  #lackedRoom = false;
  #connections = 0;
  #connectionBytes = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** Whether it was for want of room that {@link add} gave nothing the last time. */
  get lackedRoom(): boolean {
    return this.#lackedRoom;
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

  /**
   * The record of a node, made when there is none; undefined when there is no room for it or the hash is taken.
   *
   * @param via - The neighbor that names it, for a node that may not exist; one that has shown itself needs none.
   */
  add(nodeId: string, now: number, via?: string): NodeRecord | undefined {
    const known = this.#byId.get(nodeId);
    this.#lackedRoom = false;
    if (known !== undefined) return known;
    if (!this.#makeRoom(now, via)) return undefined;
    const record = new NodeRecord(nodeId, now);
    if (this.find(record.hash.high, record.hash.low) !== undefined) return undefined;
    record.sameLow = this.#byLow.get(record.hash.low);
    this.#byLow.set(record.hash.low, record);
    this.#byId.set(record.id, record);
    this.#byText.set(hashText(nodeId), record);
    record.place = this.#freePlaces.pop() ?? this.#byPlace.length;
    this.#byPlace[record.place] = record;
    this.#added++;
    if (via !== undefined) this.unreached.add(record, via, now);
    return record;
  }

  /** The node has come into reach. */
  reached(record: NodeRecord): void {
    this.unreached.delete(record, bytesOf(record.connections));
  }

  /**
   * The nodes to be taken out so that there is room for one more, or for what a node says about its links.
   *
   * @param via - The neighbor that asks for it; undefined for what a neighbor says of itself.
   * @param isKept - Those that stay in any case.
   */
  crowded(
    via: string | undefined,
    connections: ReadonlyMap<string, number> | undefined,
    isKept: (record: NodeRecord) => boolean,
  ): NodeRecord[] {
    return crowdedNodes({
      nodes: this.#byId.values(),
      via: (record) => record.nextHop?.nodeId ?? this.unreached.viaOf(record),
      isKept,
      size: connections === undefined ? () => 1 : ({ connections: those }) => bytesOf(those),
      needed: connections === undefined ? 1 : bytesOf(connections),
      forVia: via,
    });
  }

  /** Takes nodes out. */
  delete(nodeIds: Iterable<string>): void {
    for (const nodeId of nodeIds) this.#remove(nodeId);
  }

  /** Keeps the places of nodes taken out from being used again, until it is called with false: a computation works with places. */
  holdPlaces(isHeld: boolean): void {
    if (isHeld) this.#heldPlaces ??= [];
    else {
      for (const place of this.#heldPlaces ?? []) this.#freePlaces.push(place);
      this.#heldPlaces = undefined;
    }
  }

  /** Makes room for one more; for one that a neighbor names, out of that neighbor's share. */
  #makeRoom(now: number, via: string | undefined): boolean {
    if (via !== undefined && !this.unreached.mayName(via, now)) return false;
    if (via !== undefined && this.unreached.isFull(via)) {
      const oldest = this.unreached.oldest(now, via);
      if (oldest === undefined) return false;
      this.#remove(oldest.id);
    }
    if (this.#byId.size < MAX_NODES) return true;
    const oldest = this.unreached.oldest(now);
    this.#lackedRoom = oldest === undefined;
    if (oldest === undefined) return false;
    this.#remove(oldest.id);
    return true;
  }

  /** Whether the links of all are what leaves no room for what a node says about its own. */
  isCrowdedFor(record: NodeRecord, connections: ReadonlyMap<string, number>): boolean {
    const more = bytesOf(connections) - bytesOf(record.connections);
    return more > 0 && this.#connectionBytes + more > MAX_CONNECTION_BYTES;
  }

  /** Takes what a node says about its links; false when there is no room for it. For fewer than before there always is. */
  connect(record: NodeRecord, connections: ReadonlyMap<string, number>): boolean {
    const more = bytesOf(connections) - bytesOf(record.connections);
    const bytes = this.#connectionBytes + more;
    if (more > 0 && (bytes > MAX_CONNECTION_BYTES || !this.unreached.hasRoom(record, more)))
      return false;
    this.unreached.addBytes(record, more);
    this.#connections += connections.size - record.connections.size;
    this.#connectionBytes = bytes;
    record.connections = connections;
    record.edgesMadeAt = -1;
    return true;
  }

  /** Brings the edges of a node up to date with its connections; returns how many it looked at. */
  resolve(record: NodeRecord): number {
    const { connections } = record;
    const isWhole = record.edges.length === connections.size && !record.edges.some(isGone);
    if (record.edgesMadeAt === this.#added || (record.edgesMadeAt >= 0 && isWhole)) return 0;
    const edges: NodeRecord[] = [];
    const costs: number[] = [];
    for (const [nodeId, cost] of connections) {
      const other = this.#byId.get(nodeId);
      if (other === undefined) continue;
      edges.push(other);
      costs.push(cost);
    }
    // Copies have no room to spare: there is one of these for every node of the mesh.
    record.edges = edges.slice();
    record.edgeCosts = costs.slice();
    record.edgesMadeAt = this.#added;
    return connections.size;
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
    (this.#heldPlaces ?? this.#freePlaces).push(record.place);
    record.isGone = true;
    this.unreached.delete(record, bytesOf(record.connections));
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

const isGone = (record: NodeRecord): boolean => record.isGone;

function bytesOf(connections: ReadonlyMap<string, number>): number {
  let bytes = connections.size * CONNECTION_BYTES;
  for (const nodeId of connections.keys()) bytes += nodeId.length;
  return bytes;
}
