import type { RoutingUpdate } from '../../wire/routing-update.js';
import type { EmitEvent } from '../events.js';
import type { Environment } from '../environment.js';
import type { Neighbors } from '../links/neighbors.js';
import type { NodeRecord } from '../routing/node-record.js';
import type { NodeTable } from '../routing/node-table.js';
import { Objections } from './objections.js';
import { Quarantine } from './quarantine.js';
import { SeenUpdates } from './seen-updates.js';

/** Why the link of a second node with an ID is given up. */
export const DUPLICATE_REASON = 'another node with its ID was there before it';

/** This node: the ID and the epoch that others may have too. */
export interface OwnIdentity {
  readonly id: string;
  readonly epoch: bigint;
}

/** What an objection changes. */
export interface Objection {
  /** The node that objects, where it is known and really the older one. */
  readonly older: NodeRecord | undefined;
  /** Whether the node objected to was in quarantine. */
  readonly wasQuarantined: boolean;
}

/**
 * Second nodes with an ID that has one: notices those with this node's ID, for it to object, and decides whether an update
 * with a younger epoch is a restart or waits in quarantine for an objection. It alone writes the refused epoch of node
 * records; the routing state asks it, and sends what is to be sent.
 *
 * See docs/decisions/0053-a-younger-node-waits-for-an-objection.md.
 */
export class DuplicateIds {
  readonly #self: OwnIdentity;
  readonly #nodes: NodeTable;
  readonly #neighbors: Neighbors;
  readonly #log: Environment['log'];
  readonly #emit: EmitEvent;
  readonly #seen = new SeenUpdates();
  readonly #quarantine = new Quarantine();
  readonly #objections = new Objections();

  constructor(
    self: OwnIdentity,
    nodes: NodeTable,
    neighbors: Neighbors,
    log: Environment['log'],
    emit: EmitEvent,
  ) {
    this.#self = self;
    this.#nodes = nodes;
    this.#neighbors = neighbors;
    this.#log = log;
    this.#emit = emit;
  }

  /** When {@link takeObjection} or {@link takeDue} has something. */
  get dueAt(): number {
    const { dueAt } = this.#objections;
    return this.#quarantine.size === 0 ? dueAt : Math.min(dueAt, this.#quarantine.dueAt);
  }

  /** How many update IDs and updates in quarantine there are, both bounded. */
  get sizes(): { readonly seenUpdates: number; readonly quarantinedUpdates: number } {
    return { seenUpdates: this.#seen.size, quarantinedUpdates: this.#quarantine.size };
  }

  /**
   * Takes an update with this node's ID: its own on its way round, or that of a second node. Emits `duplicate-node` when
   * this node is the younger one. Returns whether a younger one was noticed that is to be objected to.
   */
  handleOwnId(update: RoutingUpdate, from: string): boolean {
    const { id, epoch } = this.#self;
    if (update.epoch === epoch) return false;
    if (update.suspectedDuplicate === epoch) {
      this.#log.error(`Another node with ID ${id} was there before this one`);
      this.#emit({ type: 'duplicate-node' });
      return false;
    }
    if (update.epoch < epoch || !this.#objections.notice(update.epoch)) return false;
    this.#log.error(`Duplicate node ID ${id} detected via ${from}`);
    return true;
  }

  /** The epoch of the node with this node's ID that is to be objected to now, if any. */
  takeObjection(now: number): bigint | undefined {
    return this.#objections.take(now);
  }

  /** Takes the objection of an older node to a younger one with its ID; undefined when it was seen before. */
  handleObjection(now: number, update: RoutingUpdate): Objection | undefined {
    if (!this.#seen.add(update.updateId, now)) return undefined;
    const { nodeId, suspectedDuplicate, epoch } = update;
    const record = this.#nodes.get(nodeId);
    if (record === undefined || epoch >= suspectedDuplicate) {
      return { older: undefined, wasQuarantined: false };
    }
    const wasQuarantined = this.#quarantine.get(nodeId)?.epoch === suspectedDuplicate;
    if (wasQuarantined) this.#quarantine.take(nodeId);
    record.refusedEpoch = suspectedDuplicate;
    return { older: record, wasQuarantined };
  }

  /** Whether an update is that of a node which the older one with its ID has objected to. */
  isRefused(record: NodeRecord, { nodeId, epoch }: RoutingUpdate): boolean {
    return record.refusedEpoch !== 0n && nodeId === record.id && epoch === record.refusedEpoch;
  }

  /**
   * Whether a refused update is seen for the first time. It is handed on: a node that takes what it hears last may have
   * taken it, and the older node must hear of it to object again.
   */
  isFirstOfRefused(now: number, update: RoutingUpdate): boolean {
    const record = this.#nodes.get(update.nodeId);
    if (record === undefined || !this.isRefused(record, update)) return false;
    return this.#seen.add(update.updateId, now);
  }

  /**
   * What is done with an update whose epoch is younger than that of the record: it is accepted where the older node is
   * gone, else it waits in quarantine for that one's objection: `quarantined`, and handed on so that the older one hears of it;
   * `repeated` when it waits already; `full` when there is no room to wait. What is not accepted then comes again with the
   * node's next update.
   */
  accept(
    now: number,
    record: NodeRecord,
    update: RoutingUpdate,
    from: string,
  ): 'accepted' | 'quarantined' | 'repeated' | 'full' {
    return this.#isStillThere(record) ? this.#quarantine.add(now, update, from) : 'accepted';
  }

  /** Whether an update of the node waits for an objection, so that its link does not count. */
  isQuarantined(nodeId: string): boolean {
    return this.#quarantine.get(nodeId) !== undefined;
  }

  /** The updates that no node has objected to in time. */
  takeDue(now: number): readonly RoutingUpdate[] {
    return this.#quarantine.size === 0 ? [] : this.#quarantine.takeDue(now);
  }

  /** The updates that wait for the objection of nodes which are gone, as the routes now say. */
  takeUncontested(): readonly RoutingUpdate[] {
    return this.#quarantine.nodeIds().flatMap((nodeId) => {
      const record = this.#nodes.get(nodeId);
      if (record !== undefined && this.#isStillThere(record)) return [];
      return this.#quarantine.take(nodeId) ?? [];
    });
  }

  /** The node's link is gone, or the node is taken out of the table: its update waits no longer. */
  forget(nodeId: string): void {
    this.#quarantine.take(nodeId);
  }

  /** Whether the node known under the ID can be reached, so that a younger one may be a second with the same ID. */
  #isStillThere({ epoch, nextHop, heardAt, lostAt }: NodeRecord): boolean {
    // After a time out of reach the route may have come back by the updates of the younger one's neighbors.
    if (epoch === 0n || nextHop === undefined || heardAt <= lostAt) return false;
    return this.#neighbors.get(nextHop.nodeId)?.transport === nextHop.transport;
  }
}
