import type { NodeRecord } from './node-record.js';
import { TokenBucket } from '../token-bucket.js';

/** The most nodes that one neighbor names and that were never in reach, and the bytes of their links. */
const MAX_OF_NEIGHBOR = 4096;
const MAX_BYTES_OF_NEIGHBOR = 4_194_304;
/** Beyond so many of one neighbor, more are taken at this rate: nodes that exist make room by coming into reach. */
const FREELY = 1024;
const RATE = { burst: 100, perSecond: 100 };
/**
 * A node that exists comes into reach well within so many milliseconds after it was named. One that has not may go for another;
 * one named later may not: its copies are still on their way, and would count as new again.
 */
const ARRIVAL_MS = 5000;
/** With so many neighbors' shares those that are empty are forgotten. */
const MAX_SHARES = 4096;

interface Named {
  readonly via: string;
  readonly at: number;
}

interface Share {
  /** The one named first comes first. */
  readonly nodes: Set<NodeRecord>;
  readonly rate: TokenBucket;
  bytes: number;
}

/**
 * The nodes of a table that have been named and never been in reach, by the neighbor that named each first. Such a node may
 * not exist: any peer can name any number. Each neighbor has a share, so that one that makes nodes up leaves room for those
 * of others. It alone writes its fields.
 */
export class UnreachedNodes {
  readonly #named = new Map<NodeRecord, Named>();
  readonly #shares = new Map<string, Share>();

  get size(): number {
    return this.#named.size;
  }

  has(record: NodeRecord): boolean {
    return this.#named.has(record);
  }

  /** The neighbor that has named a node that was never in reach. */
  viaOf(record: NodeRecord): string | undefined {
    return this.#named.get(record)?.via;
  }

  /** All of them. */
  values(): IterableIterator<NodeRecord> {
    return this.#named.keys();
  }

  add(record: NodeRecord, via: string, now: number): void {
    this.#named.set(record, { via, at: now });
    let share = this.#shares.get(via);
    if (share === undefined) {
      this.#forgetEmpty();
      share = { nodes: new Set(), rate: new TokenBucket(), bytes: 0 };
      this.#shares.set(via, share);
    }
    share.nodes.add(record);
  }

  /** The node is in reach, or taken out of the table; `bytes` are those of its links. */
  delete(record: NodeRecord, bytes: number): void {
    const via = this.#named.get(record)?.via;
    if (via === undefined) return;
    this.#named.delete(record);
    const share = this.#shares.get(via);
    if (share === undefined) return;
    share.nodes.delete(record);
    share.bytes -= bytes;
  }

  /** Whether the neighbor names one more at a rate that is taken; counts it. */
  mayName(via: string, now: number): boolean {
    const share = this.#shares.get(via);
    return share === undefined || share.nodes.size < FREELY || share.rate.take(now, 1, RATE);
  }

  /** Whether the neighbor has named as many as it may. */
  isFull(via: string): boolean {
    return (this.#shares.get(via)?.nodes.size ?? 0) >= MAX_OF_NEIGHBOR;
  }

  /** Whether a node may have so many bytes of links more. One that has been in reach may. */
  hasRoom(record: NodeRecord, bytes: number): boolean {
    const share = this.#shareOf(record);
    return share === undefined || share.bytes + bytes <= MAX_BYTES_OF_NEIGHBOR;
  }

  addBytes(record: NodeRecord, bytes: number): void {
    const share = this.#shareOf(record);
    if (share !== undefined) share.bytes += bytes;
  }

  /** The one named first, of a neighbor or of the one with the most; undefined when even that may yet come into reach. */
  oldest(now: number, via = this.#largest()): NodeRecord | undefined {
    const oldest =
      via === undefined ? undefined : this.#shares.get(via)?.nodes.values().next().value;
    const at = oldest === undefined ? undefined : this.#named.get(oldest)?.at;
    return at === undefined || now - at < ARRIVAL_MS ? undefined : oldest;
  }

  /** A share that is empty keeps its rate, while there are not too many: else a neighbor that empties its own would begin anew. */
  #forgetEmpty(): void {
    if (this.#shares.size < MAX_SHARES) return;
    for (const [via, { nodes }] of this.#shares) if (nodes.size === 0) this.#shares.delete(via);
  }

  #shareOf(record: NodeRecord): Share | undefined {
    const via = this.#named.get(record)?.via;
    return via === undefined ? undefined : this.#shares.get(via);
  }

  #largest(): string | undefined {
    let largest: string | undefined;
    let most = 0;
    for (const [via, { nodes }] of this.#shares) {
      if (nodes.size > most) [largest, most] = [via, nodes.size];
    }
    return largest;
  }
}
