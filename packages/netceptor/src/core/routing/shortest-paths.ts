import type { NodeRecord } from './node-record.js';
import type { NodeTable } from './node-table.js';

/** A link of the start: where it leads, and what it costs. */
export interface FirstStep {
  readonly to: NodeRecord;
  readonly cost: number;
}

/**
 * Dijkstra's cheapest paths from the own node to every other, over numbers alone: nodes are places in arrays that are
 * kept from run to run. A link between others counts only when both of its ends list it. Of paths with equal cost the
 * one whose first step comes first in the order given wins, so that every run gives the same table. It alone writes its
 * fields; one run costs O(links * log(links)), and may be done in steps, between which nodes and links may come and go.
 */
export class ShortestPaths {
  /** Cost of the path to the node at each place of the table; Infinity where there is none. */
  #costs = new Float64Array(0);
  /** The first step of that path, as a place in the list of first steps. */
  #steps = new Int32Array(0);
  #settled = new Uint8Array(0);
  readonly #queue = new CandidateHeap();
  #nodes: NodeTable | undefined;
  #looked = 0;

  /** How many nodes and links have been looked at since the last {@link begin}. */
  get looked(): number {
    return this.#looked;
  }

  /** Cost of the path to a node as last computed; Infinity when there is none. */
  costTo(record: NodeRecord): number {
    return this.#costs[record.place] ?? Infinity;
  }

  /** The first step of the path to a node as last computed, as a place in the list that was given. */
  stepTo(record: NodeRecord): number | undefined {
    return this.costTo(record) === Infinity ? undefined : this.#steps[record.place];
  }

  /** Begins to compute all paths anew. `firstSteps` are the established links of `start`, which no other node has to list. */
  begin(nodes: NodeTable, start: NodeRecord, firstSteps: readonly FirstStep[]): void {
    const { places } = nodes;
    if (this.#costs.length < places) {
      const room = Math.max(64, 2 * places);
      this.#costs = new Float64Array(room);
      this.#steps = new Int32Array(room);
      this.#settled = new Uint8Array(room);
    }
    this.#costs.fill(Infinity);
    this.#settled.fill(0);
    this.#settled[start.place] = 1;
    this.#queue.clear();
    this.#looked = 0;
    this.#nodes = nodes;
    firstSteps.forEach(({ to, cost }, step) => this.#offer(to.place, cost, step));
  }

  /**
   * Goes on with what was begun until about so many links have been looked at; returns how many of them are left, or undefined
   * when the paths are not all there.
   */
  advance(links: number): number | undefined {
    const end = this.#looked + links;
    for (let place = this.#queue.pop(); place >= 0; place = this.#queue.pop()) {
      if (this.#settled[place] === 1) continue;
      this.#settled[place] = 1;
      const record = this.#nodes?.at(place);
      this.#looked += 1 + (record === undefined ? 0 : this.#visit(record));
      if (this.#looked >= end && !this.#queue.isEmpty) return undefined;
    }
    return Math.max(0, end - this.#looked);
  }

  #visit(record: NodeRecord): number {
    const looked = this.#nodes?.resolve(record) ?? 0;
    const { edges, edgeCosts } = record;
    const cost = this.#costs[record.place] ?? Infinity;
    const step = this.#steps[record.place] ?? 0;
    for (let at = 0; at < edges.length; at++) {
      const to = edges[at];
      if (to === undefined || to.isGone || this.#settled[to.place] === 1) continue;
      const sum = cost + (edgeCosts[at] ?? Infinity);
      if (this.#isBetter(to.place, sum, step) && to.connections.has(record.id)) {
        this.#offer(to.place, sum, step);
      }
    }
    return looked + edges.length;
  }

  #isBetter(place: number, cost: number, step: number): boolean {
    const known = this.#costs[place] ?? Infinity;
    return cost < known || (cost === known && step < (this.#steps[place] ?? 0));
  }

  #offer(place: number, cost: number, step: number): void {
    // A node that came after the beginning may have a place for which there is no room: the next run has it.
    if (place >= this.#costs.length || !this.#isBetter(place, cost, step)) return;
    this.#costs[place] = cost;
    this.#steps[place] = step;
    this.#queue.push(place, cost, step);
  }
}

/** A binary heap of places by cost and first step. It alone writes its fields. */
class CandidateHeap {
  readonly #places: number[] = [];
  readonly #costs: number[] = [];
  readonly #steps: number[] = [];

  get isEmpty(): boolean {
    return this.#places.length === 0;
  }

  clear(): void {
    this.#places.length = 0;
    this.#costs.length = 0;
    this.#steps.length = 0;
  }

  push(place: number, cost: number, step: number): void {
    let at = this.#places.length;
    this.#put(at, place, cost, step);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** The first place, or -1. */
  pop(): number {
    const first = this.#places[0];
    if (first === undefined) return -1;
    this.#swap(0, this.#places.length - 1);
    this.#places.pop();
    this.#costs.pop();
    this.#steps.pop();
    const size = this.#places.length;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < size && this.#isBefore(child, least)) least = child;
      }
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#costs[a] ?? 0) - (this.#costs[b] ?? 0);
    return difference < 0 || (difference === 0 && (this.#steps[a] ?? 0) < (this.#steps[b] ?? 0));
  }

  #swap(a: number, b: number): void {
    const [place, cost, step] = [this.#places[a], this.#costs[a], this.#steps[a]];
    this.#put(a, this.#places[b] ?? 0, this.#costs[b] ?? 0, this.#steps[b] ?? 0);
    this.#put(b, place ?? 0, cost ?? 0, step ?? 0);
  }

  #put(at: number, place: number, cost: number, step: number): void {
    this.#places[at] = place;
    this.#costs[at] = cost;
    this.#steps[at] = step;
  }
}
