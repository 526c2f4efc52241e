import type { Origin } from './origin.js';
import { SharedQuota, type QuotaAnswer, type QuotaBounds } from './shared-quota.js';

/** What has a place, a connection for instance. */
export interface PlaceHolder {
  /** Since when it is idle, in milliseconds of any clock: the smallest gives way first. Undefined while it does not give way. */
  idleSince(): number | undefined;
  /** Ends it; its place is given back already. */
  giveWay(): void;
}

/** A place, or why there is none. */
export type PlaceAnswer =
  { readonly leave: () => void } | { readonly refused: Exclude<QuotaAnswer, 'taken'> };

/**
 * Places that origins share by a {@link SharedQuota}. Where one is missing, a holder gives way that is idle, the one that is
 * so longest: of the origin itself where it has its share, else of the link with the most and there of the origin with the most
 * that has an idle one. It alone writes its fields.
 *
 * See docs/decisions/0096-listeners-are-shared-by-origin.md.
 */
export class SharedPlaces {
  readonly #quota: SharedQuota;
  readonly #holders = new Map<string, { origin: Origin; holders: Set<PlaceHolder> }>();

  constructor(bounds: QuotaBounds) {
    this.#quota = new SharedQuota(bounds);
  }

  /** How many places an origin has. */
  heldBy(origin: Origin): number {
    return this.#quota.heldBy(origin);
  }

  /** Gives a place until its holder leaves it, which it may do more than once. */
  take(origin: Origin, holder: PlaceHolder): PlaceAnswer {
    let answer = this.#quota.take(origin);
    if (answer !== 'taken') {
      this.#makeRoom(origin, answer);
      answer = this.#quota.take(origin);
      if (answer !== 'taken') return { refused: answer };
    }
    const those = this.#holders.get(origin.key) ?? { origin, holders: new Set() };
    this.#holders.set(origin.key, those);
    those.holders.add(holder);
    return { leave: () => void this.#leave(origin, holder) };
  }

  #leave(origin: Origin, holder: PlaceHolder): boolean {
    const holders = this.#holders.get(origin.key)?.holders;
    if (holders?.delete(holder) !== true) return false;
    if (holders.size === 0) this.#holders.delete(origin.key);
    this.#quota.give(origin);
    return true;
  }

  /**
   * Has one holder give way: of the origin where that has its share, else of those over the link with the most places the one of the
   * origin with the most; where the origin's link is full, of those over it alone. What is reserved for the local one stays its own.
   */
  #makeRoom(asking: Origin, why: Exclude<QuotaAnswer, 'taken'>): void {
    let best: { origin: Origin; idle: PlaceHolder; ofLink: number; size: number } | undefined;
    for (const { origin, holders } of this.#holders.values()) {
      if (why === 'origin-full' && origin.key !== asking.key) continue;
      if (why === 'link-full' && origin.link !== asking.link) continue;
      if (why === 'full' && origin.local && !asking.local) continue;
      const { size } = holders;
      const ofLink = this.#quota.heldOverLinkOf(origin);
      if (best && (ofLink < best.ofLink || (ofLink === best.ofLink && size <= best.size))) continue;
      const idle = longestIdle(holders);
      if (idle !== undefined) best = { origin, idle, ofLink, size };
    }
    if (best === undefined) return;
    this.#leave(best.origin, best.idle);
    best.idle.giveWay();
  }
}

function longestIdle(holders: Iterable<PlaceHolder>): PlaceHolder | undefined {
  let idle: PlaceHolder | undefined;
  let least = Infinity;
  for (const holder of holders) {
    const since = holder.idleSince() ?? Infinity;
    if (since < least) [idle, least] = [holder, since];
  }
  return idle;
}
