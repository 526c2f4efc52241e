import { hashNodeId, type Hash64 } from '../wire/highway-hash.js';
import type { LinkTransport } from './link-transport.js';

/** The most nodes a table holds. A mesh that names more is under attack or needs another release. */
export const MAX_NODES = 16_384;

/** The way to a node: the neighbour and the link to it. */
export interface NextHop {
  readonly nodeId: string;
  readonly transport: LinkTransport;
}

/** One node of the mesh, as this node knows it. */
export class NodeRecord {
  readonly id: string;
  readonly hash: Hash64;
  /** Written by the routing state only. */
  epoch = 0n;
  /** Written by the routing state only. */
  sequence = 0n;
  /** Update ID of the last update taken, or undefined before the first. Written by the routing state only. */
  updateId: string | undefined;
  /** When its last update arrived. Written by the routing state only. */
  heardAt: number;
  /** Neighbour to link cost, as the node itself says. Written by the routing state only. */
  connections = new Map<string, number>();
  /** Undefined when the node can't be reached. Written by the routing state only. */
  nextHop: NextHop | undefined;
  /** The next record whose hash has the same low half. Written by the table only. */
  sameLow: NodeRecord | undefined;

  constructor(id: string, now: number) {
    this.id = id;
    this.hash = hashNodeId(id);
    this.heardAt = now;
  }
}

/** The nodes this node knows, by ID and by hash. It alone writes its maps. */
export class NodeTable {
  readonly #byId = new Map<string, NodeRecord>();
  readonly #byLow = new Map<number, NodeRecord>();

  get size(): number {
    return this.#byId.size;
  }

  get(nodeId: string): NodeRecord | undefined {
    return this.#byId.get(nodeId);
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
    this.#byId.set(nodeId, record);
    return record;
  }

  delete(record: NodeRecord): void {
    if (!this.#byId.delete(record.id)) return;
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

  values(): IterableIterator<NodeRecord> {
    return this.#byId.values();
  }
}
