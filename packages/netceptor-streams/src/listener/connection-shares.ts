import { localOrigin, nodeOrigin, SharedQuota } from '@receptorjs/quotas';

/** The most connections of one listener. */
const MAX_OF_ALL = 16_384;
/** The most that come from one node. */
const MAX_OF_NODE = 4096;
/** The most that come over one link: a node can make up nodes behind it, and what is behind other links has room in any case. */
const MAX_OF_LINK = 12_288;
/** How many are kept for this node itself. */
const RESERVED = 512;

/**
 * Shares the connections of a listener between the nodes that they come from, and between the links over which these are
 * reached, so that no node and no link can take all. It alone writes its fields.
 */
export class ConnectionShares {
  readonly #nodeId: string;
  readonly #quota = new SharedQuota({
    total: MAX_OF_ALL,
    perOrigin: MAX_OF_NODE,
    perLink: MAX_OF_LINK,
    reserved: RESERVED,
  });

  /** @param nodeId - This node. */
  constructor(nodeId: string) {
    this.#nodeId = nodeId;
  }

  /**
   * Takes a place for a connection from a node, reached over the link to `via`; gives the call that gives it back, or undefined
   * when there is none.
   */
  take(nodeId: string, via: string | undefined): (() => void) | undefined {
    const origin = nodeId === this.#nodeId ? localOrigin : nodeOrigin(nodeId, via);
    if (this.#quota.take(origin) !== 'taken') return undefined;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#quota.give(origin);
    };
  }
}
