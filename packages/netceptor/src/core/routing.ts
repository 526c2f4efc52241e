import { encodeRoutingUpdate, type RoutingUpdate } from '../wire/routing-update.js';
import { isNodeId } from '../wire/node-id.js';
import { LINK_VERSION } from '../wire/probe.js';
import { Coalescer } from './coalescer.js';
import { newEpoch, randomName, type Environment } from './environment.js';
import type { EmitEvent } from './events.js';
import type { Neighbour, Neighbours } from './neighbours.js';
import type { NodeRecord, NodeTable } from './node-table.js';
import { SeenUpdates } from './seen-updates.js';
import { shortestPaths } from './shortest-paths.js';

/** Shortest time between two updates of one's own. */
const COALESCE_MS = 100;
/** Shortest time between two computations of the routes, and how it grows with the nodes: 100 ms at 1,000 of them. */
const LEAST_COMPUTE_REST_MS = 10;
const COMPUTE_REST_MS_PER_NODE = 0.1;
/** Time between updates while nothing changes. */
const UPDATE_PERIOD_MS = 10_000;
/** A node that can't be reached is forgotten when nothing was heard of it for so long. */
const FORGET_AFTER_MS = 3_600_000;
/** The most links one node may list. */
const MAX_CONNECTIONS = 4096;
/** The most bytes of other nodes' updates sent to a new neighbour; what is left out comes with their next update. */
const MAX_INTRODUCTION_BYTES = 524_288;

/**
 * What the mesh looks like: takes and floods routing updates, says what this node's own links are, and computes the
 * next hop to every node. It alone writes the routing fields of node records, and the epoch and sequence of this node.
 */
export class Routing {
  readonly epoch: bigint;
  #sequence = 0n;
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #neighbours: Neighbours;
  readonly #environment: Environment;
  readonly #emit: EmitEvent;
  readonly #seen = new SeenUpdates();
  readonly #announcement: Coalescer;
  readonly #computation: Coalescer;
  #costs: ReadonlyMap<string, number> = new Map();

  constructor(
    now: number,
    self: NodeRecord,
    nodes: NodeTable,
    neighbours: Neighbours,
    environment: Environment,
    emit: EmitEvent,
  ) {
    this.#self = self;
    this.#nodes = nodes;
    this.#neighbours = neighbours;
    this.#environment = environment;
    this.#emit = emit;
    this.epoch = newEpoch(environment);
    this.#announcement = new Coalescer(now, COALESCE_MS, UPDATE_PERIOD_MS);
    this.#computation = new Coalescer(now, LEAST_COMPUTE_REST_MS, Infinity);
  }

  get dueAt(): number {
    return Math.min(this.#announcement.dueAt, this.#computation.dueAt);
  }

  /** The next update of this node. */
  ownUpdate(suspectedDuplicate = 0n): RoutingUpdate {
    this.#sequence += 1n;
    return {
      nodeId: this.#self.id,
      updateId: randomName(() => this.#environment.random()),
      epoch: this.epoch,
      sequence: this.#sequence,
      connections: this.#self.connections,
      forwardingNode: this.#self.id,
      suspectedDuplicate,
      linkVersion: LINK_VERSION,
    };
  }

  /** A link has been established; `first` is the update that named the peer. */
  linkUp(now: number, neighbour: Neighbour, first: RoutingUpdate): void {
    const record = this.#nodes.add(neighbour.nodeId, now);
    if (record !== undefined) {
      record.heardAt = now;
      record.connections.set(this.#self.id, neighbour.cost);
      if (first.nodeId === record.id && first.epoch > record.epoch) {
        this.#takeEpoch(record, first);
      }
      if (record.nextHop === undefined) {
        // The peer may ask something in the same breath in which it named itself.
        record.nextHop = neighbour;
        this.#emit({ type: 'route', nodeId: record.id, via: record.id });
        this.#emit({ type: 'routes-changed' });
      }
    }
    this.#self.connections.set(neighbour.nodeId, neighbour.cost);
    this.#introduce(neighbour);
    this.#announcement.request(now);
    this.#computation.requestNow(now);
  }

  /** An established link is gone. */
  linkDown(now: number, nodeId: string): void {
    this.#self.connections.delete(nodeId);
    this.#nodes.get(nodeId)?.connections.delete(this.#self.id);
    this.#announcement.request(now);
    this.#computation.requestNow(now);
  }

  /** Takes an update that arrived from an established neighbour and hands it on. */
  handleUpdate(now: number, update: RoutingUpdate, from: string): void {
    if (update.nodeId === '') return;
    if (update.nodeId === this.#self.id) {
      this.#handleOwnName(update, from);
      return;
    }
    if (!isNodeId(update.nodeId) || update.connections.size > MAX_CONNECTIONS) {
      this.#environment.log.warning(`Ignoring a routing update with unusable content from ${from}`);
      return;
    }
    if (!this.#seen.add(update.updateId, now)) return;
    const accepted =
      update.suspectedDuplicate === 0n ? this.#take(now, update) : this.#restoreIncumbent(update);
    if (accepted) this.#flood({ ...update, forwardingNode: this.#self.id }, from);
  }

  /** Does what is due: announces, computes routes. */
  handleTimeout(now: number): void {
    if (this.#announcement.take(now)) this.#announce();
    if (this.#computation.take(now)) this.#compute();
  }

  /** Forgets the nodes that have been out of reach and silent for an hour. */
  forgetSilent(now: number, forgotten: (nodeId: string) => void): void {
    for (const record of this.#nodes.values()) {
      if (record === this.#self || record.nextHop !== undefined) continue;
      if (this.#neighbours.get(record.id) !== undefined) continue;
      if (now - record.heardAt <= FORGET_AFTER_MS) continue;
      this.#nodes.delete(record);
      forgotten(record.id);
    }
  }

  /** Cost of the path to a node, or undefined when it can't be reached. */
  costTo(nodeId: string): number | undefined {
    return nodeId === this.#self.id ? 0 : this.#costs.get(nodeId);
  }

  #announce(suspectedDuplicate = 0n): void {
    if (this.#neighbours.size === 0) return;
    this.#flood(this.ownUpdate(suspectedDuplicate));
  }

  /** An update grows when it is written anew, by this node's name and by escapes, and may then be too long. */
  #flood(update: RoutingUpdate, except?: string): void {
    if (this.#neighbours.flood(encodeRoutingUpdate(update), except)) return;
    this.#environment.log.error(`The routing update of ${update.nodeId} is too long to be sent`);
  }

  /** Tells a new neighbour what this node knows, so that it need not wait for everybody's next update. */
  #introduce(neighbour: Neighbour): void {
    let budget = MAX_INTRODUCTION_BYTES;
    for (const record of this.#nodes.values()) {
      if (record.updateId === undefined || record.nextHop === undefined) continue;
      if (record.id === neighbour.nodeId) continue;
      const message = encodeRoutingUpdate({
        nodeId: record.id,
        updateId: record.updateId,
        epoch: record.epoch,
        sequence: record.sequence,
        connections: record.connections,
        forwardingNode: this.#self.id,
        suspectedDuplicate: 0n,
      });
      budget -= message.length;
      if (budget < 0) return;
      neighbour.transport.sendControl(message);
    }
  }

  /** An update with this node's ID: either its own on its way round, or a second node uses the ID. */
  #handleOwnName(update: RoutingUpdate, from: string): void {
    if (update.epoch === this.epoch) return;
    const { log } = this.#environment;
    if (update.suspectedDuplicate === this.epoch) {
      log.error(`Another node with ID ${this.#self.id} was there before this one`);
      this.#emit({ type: 'duplicate-node' });
    } else if (update.epoch > this.epoch) {
      log.error(`Duplicate node ID ${update.nodeId} detected via ${from}`);
      this.#announce(update.epoch);
    }
  }

  /** A node complained about a duplicate of itself: where the duplicate was believed, the older node counts again. */
  #restoreIncumbent(update: RoutingUpdate): boolean {
    const record = this.#nodes.get(update.nodeId);
    if (record?.epoch === update.suspectedDuplicate) {
      record.epoch = update.epoch;
      record.sequence = update.sequence;
    }
    return true;
  }

  #take(now: number, update: RoutingUpdate): boolean {
    const isNew = this.#nodes.get(update.nodeId) === undefined;
    const record = this.#nodes.add(update.nodeId, now);
    if (record === undefined) {
      this.#environment.log.warning(`Ignoring node ${update.nodeId}: too many nodes are known`);
      return false;
    }
    if (update.epoch < record.epoch) return false;
    if (update.epoch === record.epoch && update.sequence <= record.sequence) return false;
    if (update.epoch > record.epoch) this.#takeEpoch(record, update);
    record.sequence = update.sequence;
    record.updateId = update.updateId;
    record.heardAt = now;
    if (isNew) this.#announcement.request(now);
    if (!equalMaps(record.connections, update.connections)) {
      record.connections = new Map(update.connections);
      // An update that a neighbour sent before it took up the link says nothing about the link.
      const link = this.#neighbours.get(record.id);
      if (link !== undefined) record.connections.set(this.#self.id, link.cost);
      this.#dropOneSided(record);
      this.#computation.request(
        now,
        Math.max(LEAST_COMPUTE_REST_MS, this.#nodes.size * COMPUTE_REST_MS_PER_NODE),
      );
    }
    return true;
  }

  #takeEpoch(record: NodeRecord, update: RoutingUpdate): void {
    const known = record.epoch !== 0n;
    record.epoch = update.epoch;
    record.sequence = update.sequence;
    if (known) this.#emit({ type: 'node-restarted', nodeId: record.id });
  }

  /** A link that one end no longer lists is gone at the other end as well; this node's own links it knows best. */
  #dropOneSided(record: NodeRecord): void {
    for (const other of this.#nodes.values()) {
      if (other !== this.#self && !record.connections.has(other.id)) {
        other.connections.delete(record.id);
      }
    }
  }

  #compute(): void {
    const paths = shortestPaths(this.#self.id, (id) => this.#nodes.get(id)?.connections);
    let changed = false;
    for (const record of this.#nodes.values()) {
      const path = paths.get(record.id);
      const next = path === undefined ? undefined : this.#neighbours.get(path.via);
      const before = record.nextHop?.nodeId;
      record.nextHop = next;
      if (before === next?.nodeId) continue;
      changed = true;
      this.#emit({ type: 'route', nodeId: record.id, via: next?.nodeId });
    }
    this.#costs = new Map([...paths].map(([nodeId, { cost }]) => [nodeId, cost] as const));
    if (changed) this.#emit({ type: 'routes-changed' });
  }
}

function equalMaps(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
