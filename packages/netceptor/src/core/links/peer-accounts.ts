import { FloodLimits, type FloodVerdict } from './flood-limits.js';
import { LineLimit } from '../line-limit.js';
import { TokenBucket } from '../token-bucket.js';
import { remembered } from '../remembered.js';

/** How many links' worth of what may be flooded all links from one address may bring: many nodes may be behind one. */
const LINKS_OF_ADDRESS = 8;
/** How long a peer given up for what it had sent is not taken again from the same address; twice as long each time. */
const REFUSED_MS = { first: 5000, most: 300_000 };
/** A peer that was not given up for so long starts anew. */
const FRESH_START_MS = 600_000;
/** How often a peer that comes again is synced. What it is not sent then comes within a round of updates. */
const SYNCS = { burst: 8, perSecond: 0.1 };

/** How many lines are written about links from an address that come to nothing. */
const LINES = { burst: 50, perSecond: 0.5 };
/** How many lines all links of one address, or of one that is dialed, may cause: a quarter of what is written of a level. */
const LINES_OF_PEER = { burst: 250, perSecond: 5 };

interface Refusal {
  readonly times: number;
  readonly at: number;
  readonly until: number;
}

/**
 * What peers may send and have sent, beyond the life of a link: by the address they come from with the ID they claim, and by the
 * address, so that a new link brings no new allowance. The ID alone may be another node's: any peer can claim it, and would spend
 * what the real one has. So both together alone are a reason not to take a link. It alone writes its fields.
 *
 * See docs/decisions/0098-what-a-peer-names-counts-when-it-is-in-reach.md.
 */
export class PeerAccounts {
  readonly #byPeer = new Map<string, FloodLimits>();
  readonly #byAddress = new Map<string, FloodLimits>();
  readonly #syncs = new Map<string, TokenBucket>();
  readonly #lines = new Map<string, LineLimit>();
  readonly #linesOfPeers = new Map<string, LineLimit>();
  readonly #refusals = new Map<string, Refusal>();

  /** The flood limits of a peer, over all of its links from that address. */
  floodLimitsOf(nodeId: string, address: string | undefined): FloodLimits {
    return remembered(this.#byPeer, keyOf(nodeId, address), () => new FloodLimits());
  }

  /** Decides about one more flooded message of so many bytes, which the limits of its link allow, by the address it comes from. */
  checkAddress(
    now: number,
    address: string | undefined,
    length: number,
    nodes: number,
  ): FloodVerdict {
    if (address === undefined) return 'take';
    const limits = remembered(this.#byAddress, address, () => new FloodLimits(LINKS_OF_ADDRESS));
    // What is too much of all together is the violation of no single link.
    return limits.checkFlood(now, length, nodes) === 'take' ? 'take' : 'drop';
  }

  /** A link has been given up for what its peer has sent. */
  penalize(now: number, nodeId: string, address: string | undefined): void {
    const key = keyOf(nodeId, address);
    const known = this.#refusals.get(key);
    const times = known === undefined || now - known.at > FRESH_START_MS ? 1 : known.times + 1;
    const wait = Math.min(REFUSED_MS.most, REFUSED_MS.first * 2 ** (times - 1));
    const refusal = { times, at: now, until: now + wait };
    this.#refusals.delete(key);
    remembered(this.#refusals, key, () => refusal);
  }

  /** For how many milliseconds more the peer is not taken from that address; 0 when it is. */
  refusedFor(now: number, nodeId: string, address: string | undefined): number {
    const until = this.#refusals.get(keyOf(nodeId, address))?.until ?? now;
    return Math.max(0, until - now);
  }

  /**
   * Whether a line is written about a link from an address that comes to nothing: how many were left out since the last, or
   * undefined for no.
   */
  mayLogFailedLink(now: number, address: string | undefined): number | undefined {
    if (address === undefined) return 0;
    return remembered(this.#lines, address, () => new LineLimit(LINES)).take(now);
  }

  /**
   * Whether one more line is written about what a peer does, known by its address or by the link that was dialed: how many were left out
   * since the last, or undefined for no.
   */
  mayLog(now: number, peer: string): number | undefined {
    return remembered(this.#linesOfPeers, peer, () => new LineLimit(LINES_OF_PEER)).take(now);
  }

  /** Whether a peer is synced, now that it has linked. */
  maySync(now: number, nodeId: string, address: string | undefined): boolean {
    const bucket = remembered(this.#syncs, keyOf(nodeId, address), () => new TokenBucket());
    return bucket.take(now, 1, SYNCS);
  }
}

const keyOf = (nodeId: string, address = ''): string => `${address} ${nodeId}`;
