import type { RoutingUpdate } from '../wire/routing-update.js';

/** How long an update of a younger node with a known ID waits for the older one's objection, in milliseconds. */
const OBJECTION_MS = 2000;
/** The most updates held; what comes beyond is taken at once. */
const MAX_HELD = 1024;

interface Held {
  readonly update: RoutingUpdate;
  readonly until: number;
}

/**
 * Updates of nodes that seem to have been started anew although the one known under the ID can still be reached. Either
 * that one objects, and the other is a second node with the same ID; or it is really gone, and the time runs out. It
 * alone writes its map.
 *
 * See docs/decisions/0053-a-younger-node-waits-for-an-objection.md.
 */
export class HeldUpdates {
  /** The one whose time runs out first comes first. */
  readonly #held = new Map<string, Held>();

  get size(): number {
    return this.#held.size;
  }

  /** When the next one's time runs out. */
  get dueAt(): number {
    for (const { until } of this.#held.values()) return until;
    return Infinity;
  }

  /** The IDs of the nodes of which an update is held. */
  nodeIds(): string[] {
    return [...this.#held.keys()];
  }

  get(nodeId: string): RoutingUpdate | undefined {
    return this.#held.get(nodeId)?.update;
  }

  /** Holds an update: `repeated` when it is no news, `full` when there is no room. A later update of the same start waits no longer. */
  hold(now: number, update: RoutingUpdate): 'held' | 'repeated' | 'full' {
    const known = this.#held.get(update.nodeId);
    if (known === undefined && this.#held.size >= MAX_HELD) return 'full';
    if (known !== undefined) {
      const { epoch, sequence } = known.update;
      if (update.epoch < epoch) return 'repeated';
      if (update.epoch === epoch && update.sequence <= sequence) return 'repeated';
    }
    const isSame = known?.update.epoch === update.epoch;
    const until = isSame ? known.until : now + OBJECTION_MS;
    // What waits anew goes behind all others.
    if (!isSame) this.#held.delete(update.nodeId);
    this.#held.set(update.nodeId, { update, until });
    return 'held';
  }

  /** Takes one out. */
  take(nodeId: string): RoutingUpdate | undefined {
    const held = this.#held.get(nodeId);
    this.#held.delete(nodeId);
    return held?.update;
  }

  /** Takes out those whose time has run out. */
  takeDue(now: number): RoutingUpdate[] {
    const due: RoutingUpdate[] = [];
    for (const { update, until } of this.#held.values()) {
      if (until > now) break;
      due.push(update);
    }
    for (const { nodeId } of due) this.#held.delete(nodeId);
    return due;
  }
}
