/** The most connections of one node whose stream is not open yet; a dialer beyond them is not answered, and tries again. */
const MAX_OF_NODE = 256;
/** The same of all nodes together; one more takes the place of the oldest of the link with the most, so that no link can keep all places. */
const MAX_OF_ALL = 2_048;

/**
 * Counts the connections of a listener that have begun and have no stream yet, so that a dialer which begins many and goes no
 * further takes little memory and leaves room for others. It alone writes its fields.
 */
export class PendingConnectionLimit {
  readonly #byNode = new Map<string, number>();
  /** What ends each of them, by the link that it comes over; the oldest first. */
  readonly #byLink = new Map<string, Set<() => void>>();
  #size = 0;

  /** Whether another connection of the node may begin. */
  admits(nodeId: string): boolean {
    return (this.#byNode.get(nodeId) ?? 0) < MAX_OF_NODE;
  }

  /**
   * Counts a connection; gives the call for when its stream is open or it is over, which may come twice.
   *
   * @param via - The neighbor over whose link the node is reached.
   * @param giveWay - Called when it is the oldest of too many; ends it.
   */
  begin(nodeId: string, via: string, giveWay: () => void): () => void {
    const oldest = this.#size < MAX_OF_ALL ? undefined : this.#largest()?.values().next().value;
    const own = (): void => giveWay();
    let ofLink = this.#byLink.get(via);
    if (ofLink === undefined) this.#byLink.set(via, (ofLink = new Set()));
    ofLink.add(own);
    this.#size++;
    this.#byNode.set(nodeId, (this.#byNode.get(nodeId) ?? 0) + 1);
    oldest?.();
    return () => {
      if (!ofLink.delete(own)) return;
      this.#size--;
      if (ofLink.size === 0 && this.#byLink.get(via) === ofLink) this.#byLink.delete(via);
      const left = (this.#byNode.get(nodeId) ?? 1) - 1;
      if (left === 0) this.#byNode.delete(nodeId);
      else this.#byNode.set(nodeId, left);
    };
  }

  #largest(): Set<() => void> | undefined {
    let largest: Set<() => void> | undefined;
    for (const ofLink of this.#byLink.values()) {
      if (ofLink.size > (largest?.size ?? 0)) largest = ofLink;
    }
    return largest;
  }
}
