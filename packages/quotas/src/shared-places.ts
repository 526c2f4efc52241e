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
      this.#makeRoom(
        answer === 'origin-full' ? [origin] : this.#fullest(origin, answer === 'link-full'),
      );
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
   * Those that may make room for an origin, those over its own link alone where that is full; the ones over the link with the most places
   * first, of these the ones with the most. What is reserved for the local one stays its own.
   */
  #fullest(origin: Origin, isOfLink: boolean): Origin[] {
    return [...this.#holders.values()]
      .filter((each) =>
        isOfLink ? each.origin.link === origin.link : origin.local || !each.origin.local,
      )
      .map((each) => ({ ...each, ofLink: this.#quota.heldOverLinkOf(each.origin) }))
      .sort((a, b) => b.ofLink - a.ofLink || b.holders.size - a.holders.size)
      .map((each) => each.origin);
  }

  #makeRoom(origins: readonly Origin[]): void {
    for (const origin of origins) {
      let idle: PlaceHolder | undefined;
      let least = Infinity;
      for (const holder of this.#holders.get(origin.key)?.holders ?? []) {
        const since = holder.idleSince() ?? Infinity;
        if (since < least) [idle, least] = [holder, since];
      }
      if (idle === undefined) continue;
      this.#leave(origin, idle);
      idle.giveWay();
      return;
    }
  }
}
