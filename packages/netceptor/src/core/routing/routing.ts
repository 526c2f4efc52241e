import { FirstFields } from '../../wire/first-fields.js';
import { MESSAGE_TYPE } from '../../wire/message-type.js';
import { encodeRoutingUpdate, type RoutingUpdate } from '../../wire/routing-update.js';
import { isNodeId } from '../../wire/node-id.js';
import { LINK_VERSION } from '../../wire/probe.js';
import { Coalescer } from '../links/coalescer.js';
import { newEpoch, randomName, type Environment } from '../environment.js';
import type { EmitEvent } from '../events.js';
import { Quarantine } from '../duplicate-id/quarantine.js';
import { syncNeighbor } from '../links/neighbor-sync.js';
import { LineLimit } from '../line-limit.js';
import type { Neighbor, Neighbors } from '../links/neighbors.js';
import type { NodeRecord, NodeTable } from './node-table.js';
import { Objections } from '../duplicate-id/objections.js';
import { ownCopy } from '../own-copy.js';
import { remembered } from '../remembered.js';
import { SeenUpdates } from '../duplicate-id/seen-updates.js';
import { RouteComputation } from './route-computation.js';
import { silentNodes } from './silent-nodes.js';
import type { Work } from '../work.js';

/** Shortest time between two updates of one's own. */
const COALESCE_MS = 100;
/** How long the news of a new link waits for that of others: a node that starts makes all of its links at once. */
const LINK_UP_DELAY_MS = 20;
/**
 * Shortest time between two computations of the routes, and how it grows with the nodes, 50 ms at 1,000 of them, and where
 * these have links beyond measure with the links: several times as long as it takes.
 */
const LEAST_COMPUTE_REST_MS = 10;
const COMPUTE_REST_MS_PER_NODE = 0.05;
const COMPUTE_REST_MS_PER_CONNECTION = 0.0005;
/** Time between updates while nothing changes. */
const UPDATE_PERIOD_MS = 10_000;
/** The most links one node may list. */
const MAX_CONNECTIONS = 4096;
/** The longest update ID taken; all nodes make them of 8 characters. */
const MAX_UPDATE_ID = 64;
/**
 * Update IDs of this project have 12 characters, those of the original 8. It shows every node of the mesh, over any hops,
 * which of the others tell their new neighbors what they know.
 */
const UPDATE_ID_LENGTH = 12;
/** How many lines are written about updates of one neighbor that are not taken. */
const REFUSALS = { burst: 20, perSecond: 0.2 };
/** Why the link of a second node with an ID is given up. */
const DUPLICATE = 'another node with its ID was there before it';

/**
 * What the mesh looks like: takes and floods routing updates, says what this node's own links are, and computes the
 * next hop to every node. It alone writes the routing fields of node records, and the epoch and sequence of this node.
 *
 * A change of a link costs two updates, one of each end, and an update crosses each link at most twice. Whoever hears
 * them computes once for all that come within the rest. Nodes of this project answer the news of a node with nothing.
 *
 * See docs/decisions/0051-news-of-a-node-is-not-answered.md
 * and docs/decisions/0099-no-event-costs-as-much-as-the-mesh-is-large.md.
 */
export class Routing {
  readonly epoch: bigint;
  #sequence = 0n;
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #neighbors: Neighbors;
  readonly #environment: Environment;
  readonly #emit: EmitEvent;
  readonly #work: Work;
  readonly #fields = new FirstFields(MESSAGE_TYPE.routingUpdate, 'UpdateID');
  readonly #seen = new SeenUpdates();
  readonly #quarantine = new Quarantine();
  readonly #objections = new Objections();
  readonly #announcement: Coalescer;
  readonly #computing: Coalescer;
  readonly #computation: RouteComputation;
  #settled = 0;
  readonly #refusals = new Map<string, LineLimit>();
  /** This node's links and their costs. */
  readonly #connections = new Map<string, number>();
  #computedAt = -Infinity;

  constructor(
    now: number,
    self: NodeRecord,
    nodes: NodeTable,
    neighbors: Neighbors,
    environment: Environment,
    emit: EmitEvent,
    work: Work,
  ) {
    this.#self = self;
    this.#nodes = nodes;
    this.#neighbors = neighbors;
    this.#environment = environment;
    this.#emit = emit;
    this.#work = work;
    this.#computation = new RouteComputation(self, nodes, neighbors, emit, work);
    this.epoch = newEpoch(environment);
    self.cost = 0;
    self.connections = this.#connections;
    this.#announcement = new Coalescer(now, COALESCE_MS, UPDATE_PERIOD_MS);
    this.#computing = new Coalescer(now, LEAST_COMPUTE_REST_MS, Infinity);
  }

  get dueAt(): number {
    if (this.#computation.isUnderWay) return -Infinity;
    const dueAt = Math.min(this.#announcement.dueAt, this.#computing.dueAt, this.#objections.dueAt);
    return this.#quarantine.size === 0 ? dueAt : Math.min(dueAt, this.#quarantine.dueAt);
  }

  /** How many update IDs and held updates there are, both bounded. */
  get sizes(): { readonly seenUpdates: number; readonly heldUpdates: number } {
    return { seenUpdates: this.#seen.size, heldUpdates: this.#quarantine.size };
  }

  /** How many nodes are in reach, and how many of them have been for a minute. */
  get reach(): { readonly nodes: number; readonly settled: number } {
    return { nodes: this.#computation.reached, settled: this.#settled };
  }

  /** The next update of this node. */
  ownUpdate(suspectedDuplicate = 0n): RoutingUpdate {
    this.#sequence += 1n;
    return {
      nodeId: this.#self.id,
      updateId: randomName(() => this.#environment.random(), UPDATE_ID_LENGTH),
      epoch: this.epoch,
      sequence: this.#sequence,
      connections: this.#connections,
      forwardingNode: this.#self.id,
      suspectedDuplicate,
      linkVersion: LINK_VERSION,
    };
  }

  /** A link has been established; `first` is the update that named the peer, `isTold` whether it is told of the mesh. */
  linkUp(now: number, neighbor: Neighbor, first: RoutingUpdate, isTold: boolean): void {
    const record = this.#add(now, neighbor.nodeId, undefined);
    if (record !== undefined) {
      const { refusedEpoch } = record;
      if (refusedEpoch !== 0n && first.nodeId === record.id && first.epoch === refusedEpoch) {
        neighbor.refuse(now, DUPLICATE);
        return;
      }
      record.heardAt = now;
      if (first.nodeId === record.id && first.epoch > record.epoch) {
        if (this.#isStillThere(record)) {
          if (this.#quarantineUpdate(now, first, neighbor.nodeId) === 'full') {
            neighbor.refuse(now, 'too many nodes seem to have been started anew');
          } else if (isTold) this.#introduce(neighbor);
          return;
        }
        this.#takeEpoch(record, first);
      }
    }
    this.#takeLink(now, neighbor, record);
    if (isTold) this.#introduce(neighbor);
  }

  /** An established link is gone. */
  linkDown(now: number, nodeId: string): void {
    this.#quarantine.take(nodeId);
    if (this.#connections.delete(nodeId)) this.#announcement.request(now);
    this.#computing.requestNow(now);
    this.#computation.linkDown();
  }

  /**
   * Whether the message `chunk[start..end)` is a copy of the last update taken of some node, other than the peer it comes
   * from. Most of what floods through a mesh is; looking at the first few fields costs little.
   */
  isRepeat(chunk: Buffer, start: number, end: number, from: string): boolean {
    if (!this.#fields.find(chunk, start, end)) return false;
    const record = this.#nodes.withHash(this.#fields.nodeHash);
    if (record?.updateId === undefined || record.id === from) return false;
    return this.#fields.secondIs(record.updateId) && this.#fields.nodeIs(record.id);
  }

  /** Whether an update was made before the last one taken of its node: on some links an older one may arrive later. */
  isOutdated({ nodeId, epoch, sequence }: RoutingUpdate): boolean {
    const known = this.#nodes.get(nodeId);
    if (known === undefined) return false;
    return epoch < known.epoch || (epoch === known.epoch && sequence < known.sequence);
  }

  /** Takes an update that arrived from an established neighbor and hands it on. */
  handleUpdate(now: number, update: RoutingUpdate, from: string): void {
    if (update.nodeId === '') return;
    if (update.nodeId === this.#self.id) {
      this.#handleOwnName(now, update, from);
      return;
    }
    const { nodeId, updateId, connections } = update;
    if (
      !isNodeId(nodeId) ||
      updateId.length > MAX_UPDATE_ID ||
      connections.size > MAX_CONNECTIONS
    ) {
      this.#logRefusal(now, from, `Ignoring a routing update with unusable content from ${from}`);
      return;
    }
    if (update.suspectedDuplicate !== 0n) this.#handleObjection(now, update, from);
    else if (this.#take(now, update, from) || this.#isRefused(now, update)) {
      this.#handOn(update, from);
    }
  }

  /** Does what is due: announces, computes routes. */
  handleTimeout(now: number): void {
    if (this.#quarantine.size > 0) {
      for (const update of this.#quarantine.takeDue(now)) this.#acceptUpdate(now, update);
    }
    this.#object(now);
    if (this.#announcement.take(now)) this.#announce();
    if (!this.#computation.isUnderWay && this.#computing.take(now)) {
      this.#computedAt = now;
      this.#computation.begin(() => this.#countedNeighbors());
    }
    if (this.#computation.goOn(now)) this.#releaseHeld(now);
  }

  /** Forgets nodes that have been out of reach and silent; returns their IDs. */
  forgetSilent(now: number): ReadonlySet<string> {
    const found = silentNodes(now, this.#nodes, this.#self, this.#neighbors);
    this.#settled = found.settled;
    this.#nodes.delete(found.forgotten);
    return found.forgotten;
  }

  /** The link with a node was given up for what it had sent. */
  distrust(nodeId: string): void {
    const record = this.#nodes.get(nodeId);
    if (record !== undefined) record.isDistrusted = true;
  }

  /** Cost of the path to a node, or undefined when it can't be reached. */
  costTo(nodeId: string): number | undefined {
    const cost = this.#nodes.get(nodeId)?.cost ?? Infinity;
    return cost === Infinity ? undefined : cost;
  }

  /** The neighbor's node is the one it says: the link counts. */
  #takeLink(now: number, neighbor: Neighbor, record: NodeRecord | undefined): void {
    if (record !== undefined) this.#computation.linkUp(now, record, neighbor);
    this.#connections.set(neighbor.nodeId, neighbor.cost);
    this.#announcement.requestAfter(now, LINK_UP_DELAY_MS);
    this.#computing.requestNow(now);
  }

  #introduce(neighbor: Neighbor): void {
    this.#work.add(this.#nodes.size);
    this.#work.addBytes(syncNeighbor(neighbor, this.#nodes, this.#self.id, this.#computedAt));
  }

  #logRefusal(now: number, from: string, line: string): void {
    const leftOut = remembered(this.#refusals, from, () => new LineLimit(REFUSALS)).take(now);
    if (leftOut === undefined) return;
    this.#environment.log.warning(leftOut === 0 ? line : `${line} (and ${leftOut} more)`);
  }

  #announce(suspectedDuplicate = 0n): void {
    if (this.#neighbors.size === 0) return;
    this.#flood(this.ownUpdate(suspectedDuplicate));
  }

  #handOn(update: RoutingUpdate, from: string): void {
    this.#flood({ ...update, forwardingNode: this.#self.id, linkVersion: undefined }, from);
  }

  /** An update grows when it is written anew, by this node's name and by escapes, and may then be too long. */
  #flood(update: RoutingUpdate, except?: string): void {
    const message = encodeRoutingUpdate(update);
    this.#work.addBytes(message.length);
    this.#work.add(5 * this.#neighbors.size);
    if (this.#neighbors.flood(message, except)) return;
    this.#environment.log.error(`The routing update of ${update.nodeId} is too long to be sent`);
  }

  /** An update with this node's ID: either its own on its way round, or a second node uses the ID. */
  #handleOwnName(now: number, update: RoutingUpdate, from: string): void {
    if (update.epoch === this.epoch) return;
    const { log } = this.#environment;
    if (update.suspectedDuplicate === this.epoch) {
      log.error(`Another node with ID ${this.#self.id} was there before this one`);
      this.#emit({ type: 'duplicate-node' });
    } else if (update.epoch > this.epoch) {
      if (!this.#objections.notice(update.epoch)) return;
      log.error(`Duplicate node ID ${update.nodeId} detected via ${from}`);
      this.#object(now);
    }
  }

  #object(now: number): void {
    const epoch = this.#objections.take(now);
    if (epoch === undefined) return;
    this.#announce(epoch);
    // The original takes the epoch of an objection, but the links of the next update only.
    this.#announcement.request(now);
  }

  /** A node objects to a younger one with its ID: where that was believed, the older one counts again. */
  #handleObjection(now: number, update: RoutingUpdate, from: string): void {
    if (!this.#seen.add(update.updateId, now)) return;
    const { nodeId, suspectedDuplicate, epoch } = update;
    const record = this.#nodes.get(nodeId);
    let wasHeld = false;
    if (record !== undefined && epoch < suspectedDuplicate) {
      wasHeld = this.#quarantine.get(nodeId)?.epoch === suspectedDuplicate;
      if (wasHeld) this.#quarantine.take(nodeId);
      record.refusedEpoch = suspectedDuplicate;
      if (record.epoch === suspectedDuplicate) record.epoch = epoch;
      if (record.epoch === epoch) this.#update(now, record, update);
    }
    this.#handOn(update, from);
    // A neighbor that does not count yet is the one that waited for this.
    if (wasHeld && !this.#connections.has(nodeId))
      this.#neighbors.get(nodeId)?.refuse(now, DUPLICATE);
  }

  /**
   * Whether an update, seen for the first time, is one of a second node with a known ID. It is handed on: a node that
   * believes what it hears last may have believed it, and the first node must hear of it to object again.
   */
  #isRefused(now: number, { nodeId, epoch, updateId }: RoutingUpdate): boolean {
    const refused = this.#nodes.get(nodeId)?.refusedEpoch ?? 0n;
    return refused !== 0n && epoch === refused && this.#seen.add(updateId, now);
  }

  /** Takes an update that is news; false for any other. */
  #take(now: number, update: RoutingUpdate, from: string): boolean {
    const isNew = this.#nodes.get(update.nodeId) === undefined;
    const record = this.#add(now, update.nodeId, from);
    if (record === undefined) {
      this.#logRefusal(now, from, `Ignoring node ${update.nodeId}: too many nodes are known`);
      return false;
    }
    if (update.epoch < record.epoch || update.epoch === record.refusedEpoch) return false;
    if (update.epoch === record.epoch && update.sequence <= record.sequence) return false;
    if (update.epoch > record.epoch) {
      if (this.#isStillThere(record)) {
        this.#quarantineUpdate(now, update, from);
        return false;
      }
      this.#takeEpoch(record, update);
    }
    this.#update(now, record, update, from);
    if (isNew && this.#needsToHearOfThis(update)) this.#announcement.request(now);
    return true;
  }

  #update(now: number, record: NodeRecord, update: RoutingUpdate, from = record.id): void {
    record.sequence = update.sequence;
    record.updateId = ownCopy(update.updateId);
    record.heardAt = now;
    if (equalMaps(record.connections, update.connections)) return;
    if (this.#nodes.isCrowdedFor(record, update.connections)) {
      const via = record.nextHop?.nodeId ?? from;
      this.#makeRoom(now, via === record.id ? undefined : via, record, update.connections);
    }
    if (!this.#nodes.connect(record, update.connections)) {
      this.#logRefusal(now, from, `Ignoring the links of ${record.id}: there is no room for them`);
      return;
    }
    const rest = Math.max(
      LEAST_COMPUTE_REST_MS,
      (this.#nodes.size - this.#nodes.unreached.size) * COMPUTE_REST_MS_PER_NODE,
      this.#computation.looked * COMPUTE_REST_MS_PER_CONNECTION,
    );
    this.#computing.request(now, rest);
  }

  /** The record of a node; where there is no room for it those give way of which there are too many. */
  #add(now: number, nodeId: string, via: string | undefined): NodeRecord | undefined {
    const record = this.#nodes.add(nodeId, now, via);
    if (record !== undefined || !this.#nodes.lackedRoom) return record;
    return this.#makeRoom(now, via) ? this.#nodes.add(nodeId, now, via) : undefined;
  }

  /** Takes out nodes of which there are too many; false when there are none. */
  #makeRoom(
    now: number,
    via: string | undefined,
    keep?: NodeRecord,
    connections?: ReadonlyMap<string, number>,
  ): boolean {
    this.#work.add(this.#nodes.size);
    const isKept = (record: NodeRecord): boolean =>
      record === this.#self || record === keep || this.#neighbors.get(record.id) !== undefined;
    const crowded = this.#nodes.crowded(via, connections, isKept);
    for (const record of crowded) {
      this.#computation.forget(now, record);
      this.#quarantine.take(record.id);
    }
    this.#nodes.delete(crowded.map(({ id }) => id));
    return crowded.length > 0;
  }

  /** Whether the node known under the ID can be reached, so that a younger one may be a second with the same ID. */
  #isStillThere({ epoch, nextHop, heardAt, lostAt }: NodeRecord): boolean {
    // After a time out of reach the way may have come back by the words of the younger one's neighbors.
    if (epoch === 0n || nextHop === undefined || heardAt <= lostAt) return false;
    return this.#neighbors.get(nextHop.nodeId)?.transport === nextHop.transport;
  }

  /**
   * Waits whether the older node objects to this one, which hears of it by the update. Where there is no room to wait it is not
   * believed: it comes again with the node's next update.
   */
  #quarantineUpdate(
    now: number,
    update: RoutingUpdate,
    from: string,
  ): 'held' | 'repeated' | 'full' {
    const outcome = this.#quarantine.add(now, update, from);
    if (outcome === 'held') this.#handOn(update, from);
    return outcome;
  }

  /** Nobody has objected to an update that was held. */
  #acceptUpdate(now: number, update: RoutingUpdate): void {
    const record = this.#nodes.get(update.nodeId);
    if (record === undefined || update.epoch <= record.epoch) return;
    this.#takeEpoch(record, update);
    this.#update(now, record, update);
    const neighbor = this.#neighbors.get(update.nodeId);
    if (neighbor !== undefined) this.#takeLink(now, neighbor, record);
  }

  #takeEpoch(record: NodeRecord, update: RoutingUpdate): void {
    const known = record.epoch !== 0n;
    record.epoch = update.epoch;
    record.sequence = update.sequence;
    if (known) this.#emit({ type: 'node-restarted', nodeId: record.id });
  }

  /**
   * Whether a new node hears of this one only by an update of this one: when its neighbors tell it nothing. Nodes of
   * this project do, so that the news of a node is not answered by an update of every other.
   */
  #needsToHearOfThis({ updateId, connections }: RoutingUpdate): boolean {
    let isAnyKnown = false;
    for (const nodeId of connections.keys()) {
      const known = this.#nodes.get(nodeId)?.updateId;
      if (known?.length === UPDATE_ID_LENGTH) return false;
      isAnyKnown ||= known !== undefined;
    }
    return isAnyKnown || updateId.length !== UPDATE_ID_LENGTH;
  }

  /** Those whose links count: not a younger node with a known ID while that may be a second one. */
  #countedNeighbors(): Neighbor[] {
    return [...this.#neighbors.values()].filter(
      ({ nodeId }) => this.#connections.has(nodeId) && this.#quarantine.get(nodeId) === undefined,
    );
  }

  /** Believes those updates that were held for nodes which are gone. */
  #releaseHeld(now: number): void {
    for (const nodeId of this.#quarantine.nodeIds()) {
      const record = this.#nodes.get(nodeId);
      if (record !== undefined && this.#isStillThere(record)) continue;
      const update = this.#quarantine.take(nodeId);
      if (update !== undefined) this.#acceptUpdate(now, update);
    }
  }
}

function equalMaps(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
