/** The most connections of one node whose stream is not open yet; a dialler beyond them is not answered, and tries again. */
const MAX_OF_NODE = 256;
/** The same of all nodes together. */
const MAX_OF_ALL = 2_048;

/**
 * Counts the connections of a listener that have begun and have no stream yet, so that whoever begins many and goes no
 * further takes little memory and leaves room for others. It alone writes its fields.
 */
export class Admission {
  readonly #byNode = new Map<string, number>();
  #all = 0;

  /** Whether another connection of the node may begin. */
  admits(nodeId: string): boolean {
    return this.#all < MAX_OF_ALL && (this.#byNode.get(nodeId) ?? 0) < MAX_OF_NODE;
  }

  /** Counts a connection; gives the call for when its stream is open or it is over, which may come twice. */
  begin(nodeId: string): () => void {
    this.#all += 1;
    this.#byNode.set(nodeId, (this.#byNode.get(nodeId) ?? 0) + 1);
    let counted = true;
    return () => {
      if (!counted) return;
      counted = false;
      this.#all -= 1;
      const left = (this.#byNode.get(nodeId) ?? 1) - 1;
      if (left === 0) this.#byNode.delete(nodeId);
      else this.#byNode.set(nodeId, left);
    };
  }
}
