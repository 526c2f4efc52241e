import type { Origin } from './origin.js';

/** How much there is to share. All in the same unit: connections, or bytes. */
export interface QuotaBounds {
  /** Over all origins. */
  readonly total: number;
  /** Of one origin that is not local. */
  readonly perOrigin: number;
  /**
   * Of all origins over one link together: see {@link Origin.link}. Default: halfway from the share of one origin to all that is not
   * reserved.
   */
  readonly perLink?: number | undefined;
  /** The part of `total` that only the local origin may use. Default 0. */
  readonly reserved?: number | undefined;
  /** The part of `total` that only origins which hold little may use, so that a newcomer finds something. Default: none. */
  readonly forNewcomers?:
    | {
        readonly kept: number;
        /** An origin that holds at most so much holds little. */
        readonly few: number;
      }
    | undefined;
}

/**
 * What came of asking for more:
 *
 * - `taken`: it is counted until it is given back
 * - `origin-full`: the origin has all of its share
 * - `link-full`: those over the same link have all of theirs
 * - `full`: there is no more, or only the reserved part is left, or the one for newcomers
 */
export type QuotaAnswer = 'taken' | 'origin-full' | 'link-full' | 'full';

/** Counts what origins hold of something that they share. It alone writes its fields. */
export class SharedQuota {
  readonly bounds: Required<QuotaBounds>;
  /** What each origin holds that holds anything. */
  readonly #held = new Map<string, number>();
  /** What is held over each link. */
  readonly #heldOver = new Map<string, number>();
  #used = 0;
  /** The part of `#used` that the local origin holds. */
  #usedLocally = 0;

  constructor({
    total,
    perOrigin: ofOrigin,
    reserved = 0,
    perLink,
    forNewcomers = { kept: 0, few: 0 },
  }: QuotaBounds) {
    const perOrigin = Math.min(ofOrigin, total);
    const ofLink = perLink ?? Math.max(perOrigin, Math.ceil((perOrigin + total - reserved) / 2));
    this.bounds = { total, perOrigin, reserved, perLink: ofLink, forNewcomers };
  }

  /** What is taken, over all origins. */
  get used(): number {
    return this.#used;
  }

  /** What one origin holds. */
  heldBy({ key }: Origin): number {
    return this.#held.get(key) ?? 0;
  }

  /** What all origins over the origin's link hold; what it holds itself where it comes alone. */
  heldOverLinkOf(origin: Origin): number {
    return origin.link === undefined ? this.heldBy(origin) : (this.#heldOver.get(origin.link) ?? 0);
  }

  /** Counts more for an origin, if its share and the total allow it; else counts nothing. */
  take(origin: Origin, amount = 1): QuotaAnswer {
    const { total, perOrigin, perLink, reserved, forNewcomers } = this.bounds;
    const held = this.heldBy(origin);
    if (!origin.local && held + amount > perOrigin) return 'origin-full';
    if (origin.link !== undefined && this.heldOverLinkOf(origin) + amount > perLink)
      return 'link-full';
    const left = total - this.#used;
    const kept = origin.local ? 0 : Math.max(0, reserved - this.#usedLocally);
    const isNewcomer = origin.local || held + amount <= forNewcomers.few;
    if (amount > left - kept - (isNewcomer ? 0 : forNewcomers.kept)) return 'full';
    this.#count(origin, held + amount, amount);
    return 'taken';
  }

  /** Counts what is there already, whatever the bounds say; nothing more is taken until there is room again. */
  hold(origin: Origin, amount: number): void {
    this.#count(origin, this.heldBy(origin) + amount, amount);
  }

  /** Gives back what was taken. */
  give(origin: Origin, amount = 1): void {
    this.#count(origin, this.heldBy(origin) - amount, -amount);
  }

  #count({ key, local, link }: Origin, held: number, change: number): void {
    set(this.#held, key, held);
    if (link !== undefined) set(this.#heldOver, link, (this.#heldOver.get(link) ?? 0) + change);
    this.#used += change;
    if (local) this.#usedLocally += change;
  }
}

function set(counts: Map<string, number>, key: string, count: number): void {
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
