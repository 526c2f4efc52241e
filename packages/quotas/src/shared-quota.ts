import type { Origin } from './origin.js';

/** How much there is to share. All in the same unit: connections, or bytes. */
export interface QuotaBounds {
  /** Over all origins. */
  readonly total: number;
  /** Of one origin that is not local. */
  readonly perOrigin: number;
  /** The part of `total` that only the local origin may use. Default 0. */
  readonly reserved?: number | undefined;
}

/**
 * What came of asking for more:
 *
 * - `taken`: it is counted until it is given back
 * - `origin-full`: the origin has all of its share
 * - `full`: there is no more, or only the reserved part is left
 */
export type QuotaAnswer = 'taken' | 'origin-full' | 'full';

/** Counts what origins hold of something that they share. It alone writes its fields. */
export class SharedQuota {
  readonly bounds: Required<QuotaBounds>;
  /** What each origin holds that holds anything. */
  readonly #held = new Map<string, number>();
  #used = 0;
  /** The part of `#used` that the local origin holds. */
  #usedLocally = 0;

  constructor({ total, perOrigin, reserved = 0 }: QuotaBounds) {
    this.bounds = { total, perOrigin: Math.min(perOrigin, total), reserved };
  }

  /** What is taken, over all origins. */
  get used(): number {
    return this.#used;
  }

  /** What one origin holds. */
  heldBy({ key }: Origin): number {
    return this.#held.get(key) ?? 0;
  }

  /** Counts more for an origin, if its share and the total allow it; else counts nothing. */
  take(origin: Origin, amount = 1): QuotaAnswer {
    const { total, perOrigin, reserved } = this.bounds;
    const held = this.heldBy(origin);
    if (!origin.local && held + amount > perOrigin) return 'origin-full';
    const left = total - this.#used;
    const kept = origin.local ? 0 : Math.max(0, reserved - this.#usedLocally);
    if (amount > left - kept) return 'full';
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

  #count({ key, local }: Origin, held: number, change: number): void {
    if (held > 0) this.#held.set(key, held);
    else this.#held.delete(key);
    this.#used += change;
    if (local) this.#usedLocally += change;
  }
}
