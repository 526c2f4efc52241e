import { FirstFields } from '../../wire/first-fields.js';
import { MESSAGE_TYPE } from '../../wire/message-type.js';
import type { RoutingUpdate } from '../../wire/routing-update.js';
import { isNodeId } from '../../wire/node-id.js';
import type { Environment } from '../environment.js';
import type { EmitEvent } from '../events.js';
import { DUPLICATE_REASON, DuplicateIds } from '../duplicate-id/duplicate-ids.js';
import { syncNeighbor } from '../links/neighbor-sync.js';
import { LineLimit } from '../line-limit.js';
import type { Neighbor, Neighbors } from '../links/neighbors.js';
import type { NodeRecord } from './node-record.js';
import type { NodeTable } from './node-table.js';
import { ownCopy } from '../own-copy.js';
import { remembered } from '../remembered.js';
import { OwnUpdates } from './own-updates.js';
import { RouteComputation } from './route-computation.js';
import { ComputationSchedule } from './computation-schedule.js';
import { NodeRoom } from './node-room.js';
import { silentNodes } from './silent-nodes.js';
import type { Work } from '../work.js';

/** The most links one node may list. */
const MAX_CONNECTIONS = 4096;
/** The longest update ID taken; all nodes make them of 8 characters. */
const MAX_UPDATE_ID = 64;
/** How many lines are written about updates of one neighbor that are not taken. */
const REFUSALS = { burst: 20, perSecond: 0.2 };

/**
 * What the mesh looks like: takes and floods routing updates, says what this node's own links are, and computes the
 * next hop to every node. It alone writes the routing fields of node records. {@link DuplicateIds} decides about second nodes with an ID.
 *
 * A change of a link costs two updates, one of each end, and an update crosses each link at most twice. A node that
 * receives them computes once for all that come within the rest. Nodes of this project do not answer the first update of a node.
 *
 * See docs/decisions/0051-news-of-a-node-is-not-answered.md
 * and docs/decisions/0099-no-event-costs-as-much-as-the-mesh-is-large.md.
 */
export class Routing {
  readonly #self: NodeRecord;
  readonly #nodes: NodeTable;
  readonly #neighbors: Neighbors;
  readonly #environment: Environment;
  readonly #emit: EmitEvent;
  readonly #work: Work;
  readonly #fields = new FirstFields(MESSAGE_TYPE.routingUpdate, 'UpdateID');
  readonly #updates: OwnUpdates;
  readonly #duplicates: DuplicateIds;
  readonly #room: NodeRoom;
  readonly #schedule: ComputationSchedule;
  readonly #computation: RouteComputation;
  #settled = 0;
  readonly #refusals = new Map<string, LineLimit>();

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
    this.#updates = new OwnUpdates(now, self.id, neighbors, environment, work);
    const identity = { id: self.id, epoch: this.epoch };
    this.#duplicates = new DuplicateIds(identity, nodes, neighbors, environment.log, emit);
    this.#room = new NodeRoom(self, nodes, neighbors, work, (at, record) => {
      this.#computation.forget(at, record);
      this.#duplicates.forget(record.id);
    });
    self.cost = 0;
    self.connections = this.#updates.connections;
    this.#schedule = new ComputationSchedule(now);
  }

  /** The epoch of this start of the node. */
  get epoch(): bigint {
    return this.#updates.epoch;
  }

  get dueAt(): number {
    if (this.#computation.isUnderWay) return -Infinity;
    return Math.min(this.#updates.dueAt, this.#schedule.dueAt, this.#duplicates.dueAt);
  }

  /** How many update IDs and updates in quarantine there are, both bounded. */
  get sizes(): DuplicateIds['sizes'] {
    return this.#duplicates.sizes;
  }

  /** How many nodes are in reach, and how many of them have been for a minute. */
  get reach(): { readonly nodes: number; readonly settled: number } {
    return { nodes: this.#computation.reached, settled: this.#settled };
  }

  /** The next update of this node. */
  ownUpdate(): RoutingUpdate {
    return this.#updates.next();
  }

  /** A link has been established; `first` is the update that named the peer, `isSynced` whether it is sent what is known of the mesh. */
  linkUp(now: number, neighbor: Neighbor, first: RoutingUpdate, isSynced: boolean): void {
    const record = this.#room.add(now, neighbor.nodeId, undefined);
    if (record !== undefined) {
      if (this.#duplicates.isRefused(record, first)) {
        neighbor.refuse(now, DUPLICATE_REASON);
        return;
      }
      record.heardAt = now;
      if (first.nodeId === record.id && first.epoch > record.epoch) {
        const outcome = this.#acceptYounger(now, record, first, neighbor.nodeId);
        if (outcome === 'full') {
          neighbor.refuse(now, 'too many nodes seem to have been started anew');
        }
        if (outcome !== 'accepted') {
          if (outcome !== 'full' && isSynced) this.#sync(neighbor);
          return;
        }
      }
    }
    this.#takeLink(now, neighbor, record);
    if (isSynced) this.#sync(neighbor);
  }

  /** An established link is gone. */
  linkDown(now: number, nodeId: string): void {
    this.#duplicates.forget(nodeId);
    this.#updates.linkDown(now, nodeId);
    this.#schedule.requestNow(now);
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
      if (this.#duplicates.handleOwnId(update, from)) this.#object(now);
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
    else if (this.#take(now, update, from) || this.#duplicates.isFirstOfRefused(now, update)) {
      this.#updates.handOn(update, from);
    }
  }

  /** Does what is due: announces, computes routes. */
  handleTimeout(now: number): void {
    this.#release(now, this.#duplicates.takeDue(now));
    this.#object(now);
    this.#updates.announceDue(now);
    if (!this.#computation.isUnderWay && this.#schedule.take(now)) {
      this.#computation.begin(() => this.#countedNeighbors());
    }
    if (this.#computation.goOn(now)) this.#release(now, this.#duplicates.takeUncontested());
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
    this.#updates.linkUp(now, neighbor.nodeId, neighbor.cost);
    this.#schedule.requestNow(now);
  }

  #sync(neighbor: Neighbor): void {
    this.#work.add(this.#nodes.size);
    this.#work.addBytes(
      syncNeighbor(neighbor, this.#nodes, this.#self.id, this.#schedule.computedAt),
    );
  }

  #logRefusal(now: number, from: string, line: string): void {
    const leftOut = remembered(this.#refusals, from, () => new LineLimit(REFUSALS)).take(now);
    if (leftOut === undefined) return;
    this.#environment.log.warning(leftOut === 0 ? line : `${line} (and ${leftOut} more)`);
  }

  #object(now: number): void {
    const epoch = this.#duplicates.takeObjection(now);
    if (epoch !== undefined) this.#updates.object(now, epoch);
  }

  /** A node objects to a younger one with its ID: where that was accepted, the older one counts again. */
  #handleObjection(now: number, update: RoutingUpdate, from: string): void {
    const objection = this.#duplicates.handleObjection(now, update);
    if (objection === undefined) return;
    const { older, wasQuarantined } = objection;
    if (older !== undefined) {
      if (older.epoch === update.suspectedDuplicate) older.epoch = update.epoch;
      if (older.epoch === update.epoch) this.#update(now, older, update);
    }
    this.#updates.handOn(update, from);
    // A neighbor that does not count yet is the one that waited for this.
    if (wasQuarantined && !this.#updates.connections.has(update.nodeId))
      this.#neighbors.get(update.nodeId)?.refuse(now, DUPLICATE_REASON);
  }

  /** Takes an update that says something new; false for any other. */
  #take(now: number, update: RoutingUpdate, from: string): boolean {
    const isNew = this.#nodes.get(update.nodeId) === undefined;
    const record = this.#room.add(now, update.nodeId, from);
    if (record === undefined) {
      this.#logRefusal(now, from, `Ignoring node ${update.nodeId}: too many nodes are known`);
      return false;
    }
    if (update.epoch < record.epoch || update.epoch === record.refusedEpoch) return false;
    if (update.epoch === record.epoch && update.sequence <= record.sequence) return false;
    if (update.epoch > record.epoch) {
      if (this.#acceptYounger(now, record, update, from) !== 'accepted') return false;
    }
    this.#update(now, record, update, from);
    if (isNew && this.#updates.isNeededBy(update, this.#nodes)) this.#updates.request(now);
    return true;
  }

  #update(now: number, record: NodeRecord, update: RoutingUpdate, from = record.id): void {
    record.sequence = update.sequence;
    record.updateId = ownCopy(update.updateId);
    record.heardAt = now;
    if (equalMaps(record.connections, update.connections)) return;
    if (!this.#room.connect(now, record, update.connections, from)) {
      this.#logRefusal(now, from, `Ignoring the links of ${record.id}: there is no room for them`);
      return;
    }
    const inReach = this.#nodes.size - this.#nodes.unreached.size;
    this.#schedule.request(now, inReach, this.#computation.looked);
  }

  /** Takes the epoch of a younger node where the older one with its ID is gone; else the update waits for an objection. */
  #acceptYounger(
    now: number,
    record: NodeRecord,
    update: RoutingUpdate,
    from: string,
  ): ReturnType<DuplicateIds['accept']> {
    const outcome = this.#duplicates.accept(now, record, update, from);
    if (outcome === 'accepted') this.#takeEpoch(record, update);
    // The older node hears of the younger one by the update.
    if (outcome === 'quarantined') this.#updates.handOn(update, from);
    return outcome;
  }

  /** Takes updates out of quarantine. */
  #release(now: number, updates: readonly RoutingUpdate[]): void {
    for (const update of updates) {
      const record = this.#nodes.get(update.nodeId);
      if (record === undefined || update.epoch <= record.epoch) continue;
      this.#takeEpoch(record, update);
      this.#update(now, record, update);
      const neighbor = this.#neighbors.get(update.nodeId);
      if (neighbor !== undefined) this.#takeLink(now, neighbor, record);
    }
  }

  #takeEpoch(record: NodeRecord, update: RoutingUpdate): void {
    const known = record.epoch !== 0n;
    record.epoch = update.epoch;
    record.sequence = update.sequence;
    if (known) this.#emit({ type: 'node-restarted', nodeId: record.id });
  }

  /** Those whose links count: not a younger node with a known ID while that may be a second one. */
  #countedNeighbors(): Neighbor[] {
    return [...this.#neighbors.values()].filter(
      ({ nodeId }) =>
        this.#updates.connections.has(nodeId) && !this.#duplicates.isQuarantined(nodeId),
    );
  }
}

function equalMaps(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
