import { hashText } from '../../wire/first-fields.js';
import type { ServiceAdvertisement } from '../../wire/service-advertisement.js';

/** The most advertisements and withdrawals kept, and their most bytes; see {@link bytesOf}. */
const MAX_ADVERTISEMENTS = 65_536;
const MAX_BYTES = 16_777_216;
/** The most of one node. */
const MAX_PER_NODE = 1024;
const MAX_BYTES_PER_NODE = 262_144;
/** What a tag or a work command takes once it has been read, however short its text: 3 bytes of JSON may make one. */
const ITEM_BYTES = 64;
/**
 * What arrived within so long is not given up for something new: its copies are still on their way through the mesh, and
 * would count as new again.
 */
const IN_FLIGHT_MS = 2000;

/** An advertisement or withdrawal of another node. */
export interface ReceivedAdvertisement {
  readonly advertisement: ServiceAdvertisement;
  /** When it was made, in nanoseconds since 1970. */
  readonly time: bigint;
  /** Its bytes, as they are handed on. */
  readonly message: Buffer;
  /** When it arrived. */
  readonly heardAt: number;
  /** The neighbor it came from first. */
  readonly via: string;
}

/** What one node or one neighbor has, the longest not renewed first. */
class Share {
  readonly items = new Map<string, ReceivedAdvertisement>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  set(key: string, item: ReceivedAdvertisement): void {
    this.delete(key);
    this.items.set(key, item);
    this.#bytes += bytesOf(item);
  }

  delete(key: string): void {
    const item = this.items.get(key);
    if (item === undefined) return;
    this.items.delete(key);
    this.#bytes -= bytesOf(item);
  }

  /** The one not renewed for the longest time. */
  oldest(): ReceivedAdvertisement | undefined {
    for (const item of this.items.values()) return item;
    return undefined;
  }
}

/**
 * The services of other nodes, by node and service. A node that has too many loses its own oldest; when there are too many
 * in all, the neighbor that brought the most loses its oldest. Where even the oldest has just come, there is no room. It
 * alone writes its fields.
 */
export class ReceivedAdvertisements {
  readonly #byNode = new Map<string, Share>();
  readonly #byNeighbor = new Map<string, Share>();
  /** By `hashText` of node and service; of those with the same hash only one. */
  readonly #byText = new Map<number, ReceivedAdvertisement>();
  #size = 0;
  #bytes = 0;

  get size(): number {
    return this.#size;
  }

  get(nodeId: string, service: string): ReceivedAdvertisement | undefined {
    return this.#byNode.get(nodeId)?.items.get(service);
  }

  /**
   * Takes an advertisement in the place of the one before; returns those that had to go for it, or undefined when there is
   * no room for it.
   */
  set(item: ReceivedAdvertisement): ReceivedAdvertisement[] | undefined {
    const { nodeId, service } = item.advertisement;
    const before = this.get(nodeId, service);
    if (before === undefined ? !this.#hasRoom(item) : bytesOf(item) > MAX_BYTES_PER_NODE) {
      return undefined;
    }
    if (before !== undefined) this.delete(before);
    const kept = before === undefined ? item : { ...item, via: before.via };
    const ofNode = shareOf(this.#byNode, nodeId);
    ofNode.set(service, kept);
    this.#byText.set(textHash(kept), kept);
    shareOf(this.#byNeighbor, kept.via).set(keyOf(kept), kept);
    this.#size++;
    this.#bytes += bytesOf(kept);

    const gone: ReceivedAdvertisement[] = [];
    const drop = (oldest: ReceivedAdvertisement | undefined): boolean => {
      if (oldest === undefined) return false;
      this.delete(oldest);
      gone.push(oldest);
      return true;
    };
    while (ofNode.items.size > MAX_PER_NODE || ofNode.bytes > MAX_BYTES_PER_NODE) {
      if (!drop(ofNode.oldest())) break;
    }
    while (this.#size > MAX_ADVERTISEMENTS || this.#bytes > MAX_BYTES) {
      if (!drop(this.#largest()?.oldest())) break;
    }
    return gone;
  }

  delete(item: ReceivedAdvertisement): void {
    const { nodeId, service } = item.advertisement;
    const ofNode = this.#byNode.get(nodeId);
    const known = ofNode?.items.get(service);
    if (ofNode === undefined || known === undefined) return;
    ofNode.delete(service);
    this.#byText.delete(textHash(known));
    if (ofNode.items.size === 0) this.#byNode.delete(nodeId);
    const ofNeighbor = this.#byNeighbor.get(known.via);
    ofNeighbor?.delete(keyOf(known));
    if (ofNeighbor?.items.size === 0) this.#byNeighbor.delete(known.via);
    this.#size--;
    this.#bytes -= bytesOf(known);
  }

  /** One whose node and service have this hash; see `hashText`. It may be another one than the one looked for. */
  withHash(hash: number): ReceivedAdvertisement | undefined {
    return this.#byText.get(hash);
  }

  /** Those of one node. */
  of(nodeId: string): ReceivedAdvertisement[] {
    return [...(this.#byNode.get(nodeId)?.items.values() ?? [])];
  }

  *values(): Generator<ReceivedAdvertisement, void, undefined> {
    for (const { items } of this.#byNode.values()) yield* items.values();
  }

  /** Whether there is room for one more, or may be made. */
  #hasRoom(item: ReceivedAdvertisement): boolean {
    const bytes = bytesOf(item);
    if (bytes > MAX_BYTES_PER_NODE) return false;
    const mayGo = (oldest: ReceivedAdvertisement | undefined): boolean =>
      oldest !== undefined && item.heardAt - oldest.heardAt >= IN_FLIGHT_MS;
    const ofNode = this.#byNode.get(item.advertisement.nodeId);
    if (ofNode !== undefined) {
      const isFull = ofNode.items.size >= MAX_PER_NODE || ofNode.bytes + bytes > MAX_BYTES_PER_NODE;
      if (isFull && !mayGo(ofNode.oldest())) return false;
    }
    const isFull = this.#size >= MAX_ADVERTISEMENTS || this.#bytes + bytes > MAX_BYTES;
    return !isFull || mayGo(this.#largest()?.oldest());
  }

  #largest(): Share | undefined {
    let largest: Share | undefined;
    for (const share of this.#byNeighbor.values()) {
      if (largest === undefined || share.bytes > largest.bytes) largest = share;
    }
    return largest;
  }
}

/** What is kept of an advertisement, in bytes: its message, and what was read out of it. */
function bytesOf({
  message,
  advertisement: { tags, workCommands },
}: ReceivedAdvertisement): number {
  const items = Object.keys(tags ?? {}).length + (workCommands?.length ?? 0);
  return message.length + items * ITEM_BYTES;
}

function shareOf(shares: Map<string, Share>, name: string): Share {
  let share = shares.get(name);
  if (share === undefined) shares.set(name, (share = new Share()));
  return share;
}

const textHash = ({ advertisement: { nodeId, service } }: ReceivedAdvertisement): number =>
  hashText(service, hashText(nodeId));

const keyOf = ({ advertisement: { nodeId, service } }: ReceivedAdvertisement): string =>
  `${nodeId}\0${service}`;
