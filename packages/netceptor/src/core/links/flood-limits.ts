import { TokenBucket, type TokenBucketBounds } from '../token-bucket.js';

/** Routing updates and advertisements a link may bring, and their bytes; for each node in reach some more. What exceeds them is dropped. */
const DROP_BOUNDS = {
  messages: { burst: 1500, perSecond: 500 },
  messagesPerNode: { burst: 8, perSecond: 0.5 },
  bytes: { burst: 1_835_008, perSecond: 262_144 },
  bytesPerNode: { burst: 1024, perSecond: 128 },
};
/**
 * Beyond this the link is cut off: no hop hands on so much, however much of it is others'. It is so many times what is taken, and in
 * one go more (20,000 messages), since a mesh that has just come together is loud and no node of it is in reach yet.
 */
const CUT_OFF_FACTOR = 4;
const CUT_OFF_BOUNDS = {
  messages: { burst: 5000, perSecond: 500 },
  bytes: { burst: 2_097_152, perSecond: 262_144 },
};
/** How often it is said that something was dropped. */
const REPORT_DROP_MS = 60_000;
/** How many violations are allowed for. */
const VIOLATIONS: TokenBucketBounds = { burst: 1000, perSecond: 10 };
const SERIOUS_VIOLATION = 10;

/** What is done with a message of a kind that is flooded through the mesh. */
export type FloodVerdict = 'take' | 'drop' | 'reject';

/**
 * What a peer may send on a link. What a hop hands on may come from a node far away, so that what exceeds the bounds
 * is dropped first; a link that exceeds them several times over, or that keeps sending what no node sends, is given up.
 * It alone writes its fields.
 *
 * Nodes count that are in reach: how many more are known is for any peer to say. In a mesh of n nodes a link carries n / 10 routing updates a second at rest; five times that is always allowed.
 *
 * See docs/decisions/0046-what-a-link-may-bring.md.
 */
export class FloodLimits {
  readonly #messages = new TokenBucket();
  readonly #bytes = new TokenBucket();
  readonly #grossMessages = new TokenBucket();
  readonly #grossBytes = new TokenBucket();
  readonly #violations = new TokenBucket();
  readonly #links: number;
  #reportedDropAt = -Infinity;

  /** @param links - How many links' worth of everything is allowed. */
  constructor(links = 1) {
    this.#links = links;
  }

  /** Decides about one more routing update or advertisement of so many bytes. */
  checkFlood(now: number, length: number, nodes: number): FloodVerdict {
    const messages = times(
      scaled(DROP_BOUNDS.messages, DROP_BOUNDS.messagesPerNode, nodes),
      this.#links,
    );
    const bytes = times(scaled(DROP_BOUNDS.bytes, DROP_BOUNDS.bytesPerNode, nodes), this.#links);
    const most = CUT_OFF_FACTOR * this.#links;
    const grossMessages = times(
      scaled(CUT_OFF_BOUNDS.messages, DROP_BOUNDS.messagesPerNode, nodes),
      most,
    );
    const grossBytes = times(scaled(CUT_OFF_BOUNDS.bytes, DROP_BOUNDS.bytesPerNode, nodes), most);
    if (!this.#grossMessages.take(now, 1, grossMessages)) return 'reject';
    if (!this.#grossBytes.take(now, length, grossBytes)) return 'reject';
    if (!this.#messages.take(now, 1, messages)) return 'drop';
    return this.#bytes.take(now, length, bytes) ? 'take' : 'drop';
  }

  /** Whether it is time to say that something was dropped: once a minute. */
  mayReportDrop(now: number): boolean {
    if (now - this.#reportedDropAt < REPORT_DROP_MS) return false;
    this.#reportedDropAt = now;
    return true;
  }

  /** Whether one more violation is allowed for. Of serious ones 100 are at once, then one per second; of others ten times as many. */
  recordViolation(now: number, isSerious: boolean): boolean {
    return this.#violations.take(now, isSerious ? SERIOUS_VIOLATION : 1, VIOLATIONS);
  }
}

function scaled(
  base: TokenBucketBounds,
  perNode: TokenBucketBounds,
  nodes: number,
): TokenBucketBounds {
  return {
    burst: base.burst + perNode.burst * nodes,
    perSecond: base.perSecond + perNode.perSecond * nodes,
  };
}

function times({ burst, perSecond }: TokenBucketBounds, factor: number): TokenBucketBounds {
  return { burst: burst * factor, perSecond: perSecond * factor };
}
