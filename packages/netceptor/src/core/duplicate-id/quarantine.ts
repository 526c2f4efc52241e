import type { RoutingUpdate } from '../../wire/routing-update.js';

/** How long an update of a younger node with a known ID waits for the older one's objection, in milliseconds. */
const OBJECTION_MS = 2000;
/** The most updates in quarantine, and of those that come from one neighbor; what comes beyond is dropped, and comes again. */
const MAX_QUARANTINED = 1024;
const MAX_OF_NEIGHBOR = 768;

interface Quarantined {
  readonly update: RoutingUpdate;
  /** The neighbor that it came from first. */
  readonly from: string;
  readonly until: number;
}

/**
 * Updates of nodes that seem to have been started anew although the one known under the ID can still be reached. Either
 * that one objects, and the other is a second node with the same ID; or it is really gone, and the time runs out. It
 * alone writes its maps.
 *
 * See docs/decisions/0053-a-younger-node-waits-for-an-objection.md.
 */
export class Quarantine {
  /** The one whose time runs out first comes first. */
  readonly #quarantined = new Map<string, Quarantined>();
  /** How many came from each neighbor. */
  readonly #ofNeighbor = new Map<string, number>();

  get size(): number {
    return this.#quarantined.size;
  }

  /** When the next one's time runs out. */
  get dueAt(): number {
    for (const { until } of this.#quarantined.values()) return until;
    return Infinity;
  }

  /** The IDs of the nodes of which an update waits. */
  nodeIds(): string[] {
    return [...this.#quarantined.keys()];
  }

  get(nodeId: string): RoutingUpdate | undefined {
    return this.#quarantined.get(nodeId)?.update;
  }

  /**
   * Quarantines an update: `repeated` when it says nothing new, `full` when there is no room for it. A later update of the same start
   * waits no longer. Where all are too many, the neighbor with the most makes room for one that has fewer.
   */
  add(now: number, update: RoutingUpdate, from: string): 'quarantined' | 'repeated' | 'full' {
    const known = this.#quarantined.get(update.nodeId);
    if (known !== undefined) {
      const { epoch, sequence } = known.update;
      if (update.epoch < epoch) return 'repeated';
      if (update.epoch === epoch && update.sequence <= sequence) return 'repeated';
    } else if (!this.#makeRoom(from)) return 'full';
    const isSame = known?.update.epoch === update.epoch;
    const until = isSame ? known.until : now + OBJECTION_MS;
    if (isSame) {
      this.#quarantined.set(update.nodeId, { update, until, from: known.from });
      return 'quarantined';
    }
    // What waits anew goes behind all others.
    this.take(update.nodeId);
    this.#quarantined.set(update.nodeId, { update, until, from });
    this.#ofNeighbor.set(from, this.#countOf(from) + 1);
    return 'quarantined';
  }

  /** Takes one out. */
  take(nodeId: string): RoutingUpdate | undefined {
    const waiting = this.#quarantined.get(nodeId);
    if (waiting === undefined) return undefined;
    this.#quarantined.delete(nodeId);
    const left = this.#countOf(waiting.from) - 1;
    if (left > 0) this.#ofNeighbor.set(waiting.from, left);
    else this.#ofNeighbor.delete(waiting.from);
    return waiting.update;
  }

  /** Takes out those whose time has run out. */
  takeDue(now: number): RoutingUpdate[] {
    const due: RoutingUpdate[] = [];
    for (const { update, until } of this.#quarantined.values()) {
      if (until > now) break;
      due.push(update);
    }
    for (const { nodeId } of due) this.take(nodeId);
    return due;
  }

  #countOf(from: string): number {
    return this.#ofNeighbor.get(from) ?? 0;
  }

  #makeRoom(from: string): boolean {
    if (this.#countOf(from) >= MAX_OF_NEIGHBOR) return false;
    if (this.#quarantined.size < MAX_QUARANTINED) return true;
    let largest = from;
    for (const [each, count] of this.#ofNeighbor)
      if (count > this.#countOf(largest)) largest = each;
    if (this.#countOf(largest) <= this.#countOf(from) + 1) return false;
    let newest: string | undefined;
    for (const [nodeId, waiting] of this.#quarantined)
      if (waiting.from === largest) newest = nodeId;
    if (newest !== undefined) this.take(newest);
    return true;
  }
}
