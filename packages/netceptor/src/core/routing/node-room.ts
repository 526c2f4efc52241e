import type { Neighbors } from '../links/neighbors.js';
import type { NodeRecord } from './node-record.js';
import type { NodeTable } from './node-table.js';
import type { Work } from '../work.js';

/** A search looks at all nodes: after one in vain there is none for what a neighbor names, for so many milliseconds. */
const REST_MS = 1_000;

/**
 * Room in the table of nodes: where that is full, nodes of which there are too many give way. It alone writes its fields.
 *
 * See docs/decisions/0098-what-a-peer-names-counts-when-it-is-in-reach.md.
 */
export class NodeRoom {
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #neighbors: Neighbors;
  readonly #work: Work;
  readonly #forget: (now: number, record: NodeRecord) => void;
  #restsUntil = -Infinity;

  /** @param forget - Is called for each node that gives way, before it is taken out. */
  constructor(
    self: NodeRecord,
    nodes: NodeTable,
    neighbors: Neighbors,
    work: Work,
    forget: (now: number, record: NodeRecord) => void,
  ) {
    this.#self = self;
    this.#nodes = nodes;
    this.#neighbors = neighbors;
    this.#work = work;
    this.#forget = forget;
  }

  /**
   * The record of a node, added where it is not known; undefined when there is no room for it.
   *
   * @param via - The neighbor that names it; undefined for a neighbor itself.
   */
  add(now: number, nodeId: string, via: string | undefined): NodeRecord | undefined {
    const record = this.#nodes.add(nodeId, now, via);
    if (record !== undefined || !this.#nodes.lackedRoom) return record;
    return this.#makeRoom(now, via) ? this.#nodes.add(nodeId, now, via) : undefined;
  }

  /** Takes what a node says about its links, which came from a neighbor; false when there is no room for it. */
  connect(
    now: number,
    record: NodeRecord,
    connections: ReadonlyMap<string, number>,
    from: string,
  ): boolean {
    if (this.#nodes.isCrowdedFor(record, connections)) {
      const via = record.nextHop?.nodeId ?? from;
      this.#makeRoom(now, via === record.id ? undefined : via, record, connections);
    }
    return this.#nodes.connect(record, connections);
  }

  /** Takes out nodes of which there are too many; false when there are none. */
  #makeRoom(
    now: number,
    via: string | undefined,
    keep?: NodeRecord,
    connections?: ReadonlyMap<string, number>,
  ): boolean {
    // A neighbor itself always gets its room.
    if (via !== undefined && now < this.#restsUntil) return false;
    this.#work.add(this.#nodes.size);
    const isKept = (record: NodeRecord): boolean =>
      record === this.#self || record === keep || this.#neighbors.get(record.id) !== undefined;
    const crowded = this.#nodes.crowded(via, connections, isKept);
    for (const record of crowded) this.#forget(now, record);
    this.#nodes.delete(crowded.map(({ id }) => id));
    if (crowded.length === 0) this.#restsUntil = now + REST_MS;
    return crowded.length > 0;
  }
}
