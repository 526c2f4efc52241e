/** An objection is made at most once in so long: less than others wait for it. */
const REST_MS = 1000;

/**
 * The younger nodes with this node's ID that were noticed, by their epochs: an objection to each whenever it was noticed,
 * with a rest between. Also to one that was objected to a moment ago: what was noticed now may have been accepted by
 * another node after the objection came. Of several that come during the rest only the youngest would be accepted, so that one
 * is objected to. It alone writes its fields.
 *
 * See docs/decisions/0053-a-younger-node-waits-for-an-objection.md.
 */
export class Objections {
  #madeAt = -Infinity;
  /** The epoch of the next objection; 0 for none. */
  #next = 0n;

  /** When {@link take} has something. */
  get dueAt(): number {
    return this.#next === 0n ? Infinity : this.#madeAt + REST_MS;
  }

  /** A node with that epoch has been noticed; false when an objection to it is due already. */
  notice(epoch: bigint): boolean {
    if (epoch <= this.#next) return false;
    this.#next = epoch;
    return true;
  }

  /** The epoch of the node that is to be objected to now, if any. */
  take(now: number): bigint | undefined {
    if (now < this.dueAt) return undefined;
    const epoch = this.#next;
    this.#next = 0n;
    this.#madeAt = now;
    return epoch;
  }
}
