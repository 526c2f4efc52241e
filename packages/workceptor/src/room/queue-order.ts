/** The order of the units of a node that wait, over all its work types and over restarts. It alone writes its field. */
export class QueueOrder {
  #last = 0;

  /** Greater than all before, and than those that it was told of. */
  next(): number {
    this.#last = Math.max(this.#last + 1, Date.now());
    return this.#last;
  }

  /** A unit that an earlier daemon has left has this one. */
  notice(order: number): void {
    this.#last = Math.max(this.#last, order);
  }
}
