import type { EmitEvent } from '../events.js';
import type { Neighbor, Neighbors } from '../links/neighbors.js';
import type { NodeRecord } from './node-record.js';
import type { NodeTable } from './node-table.js';
import { ShortestPaths, type FirstStep } from './shortest-paths.js';
import type { Work } from '../work.js';

/** How many links and nodes are looked at in one step: a few milliseconds' worth. */
const STEP_LINKS = 20_000;

/** A computation that is under way. */
interface Run {
  readonly neighbors: () => readonly Neighbor[];
  readonly firstSteps: readonly FirstStep[];
  /** The place of the node whose route is set next. */
  place: number;
  /** Whether any route has changed. */
  changed: boolean;
  /** Nodes that have been linked with since it began, which it knows nothing of. */
  readonly linked: Set<NodeRecord>;
  /** Whether a link has gone since it began. */
  isStale: boolean;
  /** Whether it was begun anew once. */
  readonly isRepeated: boolean;
}

/**
 * Computes the next hop to every node, in steps of a few milliseconds: a mesh may be large, or look so. It alone writes the route
 * of node records, and what they say about being in reach.
 */
export class RouteComputation {
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #neighbors: Neighbors;
  readonly #emit: EmitEvent;
  readonly #work: Work;
  readonly #paths = new ShortestPaths();
  #run: Run | undefined;
  #reached = 0;

  constructor(
    self: NodeRecord,
    nodes: NodeTable,
    neighbors: Neighbors,
    emit: EmitEvent,
    work: Work,
  ) {
    this.#self = self;
    this.#nodes = nodes;
    this.#neighbors = neighbors;
    this.#emit = emit;
    this.#work = work;
  }

  get isUnderWay(): boolean {
    return this.#run !== undefined;
  }

  /** How many nodes are in reach, this one left out. */
  get reached(): number {
    return this.#reached;
  }

  /** How many nodes and links the last computation has looked at. */
  get looked(): number {
    return this.#paths.looked;
  }

  /** Begins; `neighbors` gives those whose links count. */
  begin(neighbors: () => readonly Neighbor[], isRepeated = false): void {
    const sorted = [...neighbors()].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    const firstSteps = sorted.flatMap<FirstStep>(({ nodeId, cost }) => {
      const to = this.#nodes.get(nodeId);
      return to === undefined ? [] : [{ to, cost }];
    });
    this.#nodes.holdPlaces(true);
    this.#paths.begin(this.#nodes, this.#self, firstSteps);
    const state = { place: 0, changed: false, linked: new Set<NodeRecord>(), isStale: false };
    this.#run = { neighbors, firstSteps, ...state, isRepeated };
  }

  /** One step; true when that was the last. */
  goOn(now: number): boolean {
    const run = this.#run;
    if (run === undefined) return false;
    const before = this.#paths.looked;
    // Paths over a link that is gone are worth nothing; but a peer that makes and loses links all the time must not put the end off.
    if (run.place === 0 && run.isStale && !run.isRepeated) this.begin(run.neighbors, true);
    const left = run.place === 0 ? this.#paths.advance(STEP_LINKS) : STEP_LINKS;
    this.#work.add(Math.max(0, this.#paths.looked - before));
    return left !== undefined && this.#run !== undefined && this.#apply(now, this.#run, left);
  }

  /** A link counts from now on: its far end is reached over it at once. */
  linkUp(now: number, record: NodeRecord, neighbor: Neighbor): void {
    if (record.nextHop !== undefined) return;
    // The peer may ask something in the same breath in which it named itself.
    this.#setNextHop(now, record, neighbor);
    record.cost = neighbor.cost;
    this.#run?.linked.add(record);
    this.#emit({ type: 'route', nodeId: record.id, via: record.id });
    this.#emit({ type: 'routes-changed' });
  }

  /** A node is taken out of the table while it may be in reach. */
  forget(now: number, record: NodeRecord): void {
    if (record.nextHop === undefined) return;
    this.#setNextHop(now, record, undefined);
    record.cost = Infinity;
    this.#emit({ type: 'route', nodeId: record.id, via: undefined });
    this.#emit({ type: 'routes-changed' });
  }

  linkDown(): void {
    if (this.#run !== undefined) this.#run.isStale = true;
  }

  #apply(now: number, run: Run, left: number): boolean {
    const end = Math.min(this.#nodes.places, run.place + Math.max(1, left));
    this.#work.add(end - run.place);
    for (; run.place < end; run.place++) {
      const record = this.#nodes.at(run.place);
      if (record !== undefined) this.#applyTo(now, record, run);
    }
    if (run.place < this.#nodes.places) return false;
    this.#run = undefined;
    this.#nodes.holdPlaces(false);
    if (run.changed) this.#emit({ type: 'routes-changed' });
    return true;
  }

  #applyTo(now: number, record: NodeRecord, run: Run): void {
    if (record === this.#self || run.linked.has(record)) return;
    const step = this.#paths.stepTo(record);
    const via = step === undefined ? undefined : run.firstSteps[step]?.to.id;
    const nextHop = via === undefined ? undefined : this.#neighbors.get(via);
    const before = record.nextHop?.nodeId;
    this.#setNextHop(now, record, nextHop);
    record.cost = nextHop === undefined ? Infinity : this.#paths.costTo(record);
    if (before === nextHop?.nodeId) return;
    run.changed = true;
    this.#work.add(10);
    this.#emit({ type: 'route', nodeId: record.id, via: nextHop?.nodeId });
  }

  #setNextHop(now: number, record: NodeRecord, nextHop: Neighbor | undefined): void {
    const was = record.nextHop;
    record.nextHop = nextHop;
    if ((was === undefined) === (nextHop === undefined)) return;
    if (nextHop !== undefined) {
      record.reachedAt = now;
      this.#reached++;
      this.#nodes.reached(record);
      return;
    }
    record.lostAt = now;
    record.inReachMs = Math.max(record.inReachMs, now - (record.reachedAt ?? now));
    record.reachedAt = undefined;
    this.#reached--;
  }
}
