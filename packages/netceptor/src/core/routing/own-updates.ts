import { encodeRoutingUpdate, type RoutingUpdate } from '../../wire/routing-update.js';
import { LINK_VERSION } from '../../wire/probe.js';
import { newEpoch, randomName, type Environment } from '../environment.js';
import { Coalescer } from '../links/coalescer.js';
import type { Neighbors } from '../links/neighbors.js';
import type { NodeTable } from './node-table.js';
import type { Work } from '../work.js';

/** Shortest time between two updates of one's own. */
const COALESCE_MS = 100;
/** How long an update with a new link waits for other links: a node that starts makes all of its links at once. */
const LINK_UP_DELAY_MS = 20;
/** Time between updates while nothing changes. */
const UPDATE_PERIOD_MS = 10_000;
/**
 * Update IDs of this project have 12 characters, those of the original 8. It shows every node of the mesh, over any hops,
 * which of the others sync their new neighbors.
 */
const UPDATE_ID_LENGTH = 12;

/**
 * The routing updates that this node sends: its own, which list its links, and those of others that it hands on. It alone
 * writes the links, the epoch and the sequence of this node.
 */
export class OwnUpdates {
  readonly epoch: bigint;
  /** This node's links and their costs. */
  readonly connections = new Map<string, number>();
  readonly #nodeId: string;
  readonly #neighbors: Neighbors;
  readonly #environment: Environment;
  readonly #work: Work;
  readonly #announcement: Coalescer;
  #sequence = 0n;

  constructor(
    now: number,
    nodeId: string,
    neighbors: Neighbors,
    environment: Environment,
    work: Work,
  ) {
    this.#nodeId = nodeId;
    this.#neighbors = neighbors;
    this.#environment = environment;
    this.#work = work;
    this.epoch = newEpoch(environment);
    this.#announcement = new Coalescer(now, COALESCE_MS, UPDATE_PERIOD_MS);
  }

  /** When {@link announceDue} has something to do. */
  get dueAt(): number {
    return this.#announcement.dueAt;
  }

  /** The next update of this node; `suspectedDuplicate` is the epoch of a second node with its ID. */
  next(suspectedDuplicate = 0n): RoutingUpdate {
    this.#sequence += 1n;
    return {
      nodeId: this.#nodeId,
      updateId: randomName(() => this.#environment.random(), UPDATE_ID_LENGTH),
      epoch: this.epoch,
      sequence: this.#sequence,
      connections: this.connections,
      forwardingNode: this.#nodeId,
      suspectedDuplicate,
      linkVersion: LINK_VERSION,
    };
  }

  /** A link counts: the next update lists it. */
  linkUp(now: number, nodeId: string, cost: number): void {
    this.connections.set(nodeId, cost);
    this.#announcement.requestAfter(now, LINK_UP_DELAY_MS);
  }

  /** A link is gone: the next update leaves it out. */
  linkDown(now: number, nodeId: string): void {
    if (this.connections.delete(nodeId)) this.#announcement.request(now);
  }

  /** This node is to be announced soon. */
  request(now: number): void {
    this.#announcement.request(now);
  }

  /** Announces this node where that is due. */
  announceDue(now: number): void {
    if (this.#announcement.take(now)) this.#announce();
  }

  /** Objects to a younger node with this node's ID. */
  object(now: number, epoch: bigint): void {
    this.#announce(epoch);
    // The original takes the epoch of an objection, but the links of the next update only.
    this.#announcement.request(now);
  }

  /** Hands an update on to all neighbors but the one that it came from. */
  handOn(update: RoutingUpdate, from: string): void {
    this.#flood({ ...update, forwardingNode: this.#nodeId, linkVersion: undefined }, from);
  }

  /**
   * Whether a new node hears of this one only by an update of this one: when its neighbors do not sync it. Nodes of
   * this project do, so that the first update of a node is not answered by one of every other.
   *
   * @param update - The first of the new node.
   */
  isNeededBy({ updateId, connections }: RoutingUpdate, nodes: NodeTable): boolean {
    let isAnyKnown = false;
    for (const nodeId of connections.keys()) {
      const known = nodes.get(nodeId)?.updateId;
      if (known?.length === UPDATE_ID_LENGTH) return false;
      isAnyKnown ||= known !== undefined;
    }
    return isAnyKnown || updateId.length !== UPDATE_ID_LENGTH;
  }

  #announce(suspectedDuplicate = 0n): void {
    if (this.#neighbors.size === 0) return;
    this.#flood(this.next(suspectedDuplicate));
  }

  /** An update grows when it is written anew, by this node's name and by escapes, and may then be too long. */
  #flood(update: RoutingUpdate, except?: string): void {
    const message = encodeRoutingUpdate(update);
    this.#work.addBytes(message.length);
    this.#work.add(5 * this.#neighbors.size);
    if (this.#neighbors.flood(message, except)) return;
    this.#environment.log.error(`The routing update of ${update.nodeId} is too long to be sent`);
  }
}
