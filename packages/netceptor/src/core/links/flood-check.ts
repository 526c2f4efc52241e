import { FloodLimits, type FloodVerdict } from './flood-limits.js';
import type { PeerAccounts } from './peer-accounts.js';

/** How many nodes that have come into reach within the last minute count for what may be flooded: a peer can make nodes up. */
const MAX_UNSETTLED = 500;

/** How many nodes are in reach, and how many of them have been for a minute. */
export interface Reach {
  readonly nodes: number;
  readonly settled: number;
}

/**
 * What the peer of one link may send, by its own limits and those of its address: whether a flooded message is taken, and
 * whether a violation is allowed for. It alone writes its field.
 */
export class FloodCheck {
  readonly #accounts: PeerAccounts;
  readonly #origin: string | undefined;
  /** Of the peer, over all of its links from that address, once it has named itself. */
  #limits = new FloodLimits();

  /** @param origin - The address that the link comes from; undefined for one that was dialed. */
  constructor(accounts: PeerAccounts, origin: string | undefined) {
    this.#accounts = accounts;
    this.#origin = origin;
  }

  /** The peer has named itself: its limits are those of all of its links. */
  named(nodeId: string): void {
    this.#limits = this.#accounts.floodLimitsOf(nodeId, this.#origin);
  }

  /** Decides about one more routing update or advertisement of so many bytes. */
  check(now: number, length: number, { nodes, settled }: Reach): FloodVerdict {
    const counted = Math.min(nodes, MAX_UNSETTLED + settled);
    const verdict = this.#limits.checkFlood(now, length, counted);
    if (verdict !== 'take') return verdict;
    return this.#accounts.checkAddress(now, this.#origin, length, counted);
  }

  /** Whether it is time to say that something was dropped: once a minute. */
  mayReportDrop(now: number): boolean {
    return this.#limits.mayReportDrop(now);
  }

  /** Whether one more violation is allowed for; after too many the link is given up. */
  recordViolation(now: number, isSerious: boolean): boolean {
    return this.#limits.recordViolation(now, isSerious);
  }
}
