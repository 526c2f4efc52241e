import { LinkConduct, type FloodVerdict } from './link-conduct.js';
import { LineLimit } from './line-limit.js';
import { ownCopy } from './own-copy.js';
import { Permits } from './permits.js';

/** The most peers, addresses and refusals remembered; the one not asked for longest is forgotten first. */
const MAX_REMEMBERED = 4096;
/** How many links' worth of what may be flooded all links from one address may bring: many nodes may be behind one. */
const LINKS_OF_ADDRESS = 8;
/** How long a peer given up for its conduct is not taken again from the same address; twice as long each time. */
const REFUSED_MS = { first: 5000, most: 300_000 };
/** A peer that has behaved for so long starts anew. */
const FORGIVEN_MS = 600_000;
/** How often a peer that comes again is told all that is known of the mesh. What it is not told comes within a round of updates. */
const INTRODUCTIONS = { burst: 8, perSecond: 0.1 };

/** How many lines are written about links from an address that come to nothing. */
const LINES = { burst: 50, perSecond: 0.5 };

interface Refusal {
  readonly times: number;
  readonly at: number;
  readonly until: number;
}

/**
 * What is held for or against peers beyond the life of a link: by the ID they claim and by the address they come from, so that
 * a new link brings no new allowance. Either may be somebody else's: the ID can be claimed by anybody, and many can be behind
 * an address. So both together alone are a reason not to take a link. It alone writes its fields.
 *
 * See docs/decisions/0098-what-a-peer-names-counts-when-it-is-in-reach.md.
 */
export class PeerAccounts {
  readonly #byId = new Map<string, LinkConduct>();
  readonly #byAddress = new Map<string, LinkConduct>();
  readonly #introductions = new Map<string, Permits>();
  readonly #lines = new Map<string, LineLimit>();
  readonly #refusals = new Map<string, Refusal>();

  /** The conduct of a peer, over all of its links. */
  conductOf(nodeId: string): LinkConduct {
    return entry(this.#byId, nodeId, () => new LinkConduct());
  }

  /** Judges one more flooded message of so many bytes, of a link whose own conduct allows it, by the address it comes from. */
  judgeAddress(
    now: number,
    address: string | undefined,
    length: number,
    nodes: number,
  ): FloodVerdict {
    if (address === undefined) return 'take';
    const conduct = entry(this.#byAddress, address, () => new LinkConduct(LINKS_OF_ADDRESS));
    // What is too much of all together is nobody's alone.
    return conduct.judgeFlood(now, length, nodes) === 'take' ? 'take' : 'drop';
  }

  /** A link has been given up for what its peer has sent. */
  blame(now: number, nodeId: string, address: string | undefined): void {
    const key = keyOf(nodeId, address);
    const known = this.#refusals.get(key);
    const times = known === undefined || now - known.at > FORGIVEN_MS ? 1 : known.times + 1;
    const wait = Math.min(REFUSED_MS.most, REFUSED_MS.first * 2 ** (times - 1));
    const refusal = { times, at: now, until: now + wait };
    this.#refusals.delete(key);
    entry(this.#refusals, key, () => refusal);
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
  mayTell(now: number, address: string | undefined): number | undefined {
    if (address === undefined) return 0;
    return entry(this.#lines, address, () => new LineLimit(LINES)).take(now);
  }

  /** Whether a peer is told all that is known, now that it has linked. */
  mayIntroduce(now: number, nodeId: string): boolean {
    const permits = entry(this.#introductions, nodeId, () => new Permits());
    return permits.take(now, 1, INTRODUCTIONS);
  }
}

/** The entry of a bounded map, made when there is none, which is now the one asked for last. */
function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  const value = known ?? make();
  if (known !== undefined) map.delete(key);
  map.set(known === undefined ? ownCopy(key) : key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
  return value;
}

const keyOf = (nodeId: string, address = ''): string => `${address} ${nodeId}`;
