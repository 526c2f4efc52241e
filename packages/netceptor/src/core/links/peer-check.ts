import { isNodeId } from '../../wire/node-id.js';
import type { LinkContext } from './link-context.js';
import type { LinkOptions } from './link-options.js';

/** How much of an invalid ID is written. */
const SHOWN_CHARACTERS = 80;

/** Why a peer is no neighbor of this node. */
export interface PeerRefusal {
  /** The peer's name, as far as that is written. */
  readonly peer: string;
  readonly reason: string;
}

/**
 * Why a peer that has named itself is refused; undefined when it may become a neighbor.
 *
 * @param origin - The address that the link comes from; undefined for one that was dialed.
 */
export function refusalOf(
  now: number,
  peer: string,
  origin: string | undefined,
  { allowedPeers }: LinkOptions,
  { accounts, nodeId }: Pick<LinkContext<unknown>, 'accounts' | 'nodeId'>,
): PeerRefusal | undefined {
  if (peer === nodeId) return { peer, reason: 'it uses the ID of this node' };
  if (!isNodeId(peer)) {
    return { peer: peer.slice(0, SHOWN_CHARACTERS), reason: 'its node ID is not valid' };
  }
  if (allowedPeers !== undefined && !allowedPeers.includes(peer)) {
    return { peer, reason: 'it is not in the allowed peers list' };
  }
  const refusedFor = accounts.refusedFor(now, peer, origin);
  if (refusedFor === 0) return undefined;
  const seconds = Math.ceil(refusedFor / 1000);
  return {
    peer,
    reason: `it was given up for what it had sent; it may come again in ${seconds} s`,
  };
}

/** Why a peer is refused for the cost that it has for the link; undefined when this node has the same. */
export function costRefusal(theirs: number, ours: number): string | undefined {
  return theirs === ours ? undefined : `it has cost ${theirs} for the link and this node ${ours}`;
}
