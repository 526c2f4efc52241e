/** An objection is made at most once in so long: less than others wait for it. */
const REST_MS = 1000;

/**
 * The younger nodes with this node's ID that were noticed, by their epochs: one objection for each, with a rest between.
 * Of several that come during the rest only the youngest would be believed, so that one is objected to. It alone writes
 * its fields.
 */
export class Objections {
  #madeAt = -Infinity;
  /** The epoch of the last objection, and that of the next; 0 for none. */
  #last = 0n;
  #next = 0n;

  /** When {@link take} has something. */
  get dueAt(): number {
    return this.#next === 0n ? Infinity : this.#madeAt + REST_MS;
  }

  /** A node with that epoch has been noticed; false when it needs no objection of its own. */
  notice(now: number, epoch: bigint): boolean {
    const isResting = now < this.#madeAt + REST_MS;
    if ((isResting && epoch <= this.#last) || epoch <= this.#next) return false;
    this.#next = epoch;
    return true;
  }

  /** The epoch of the node that is to be objected to now, if any. */
  take(now: number): bigint | undefined {
    if (now < this.dueAt) return undefined;
    this.#last = this.#next;
    this.#next = 0n;
    this.#madeAt = now;
    return this.#last;
  }
}
