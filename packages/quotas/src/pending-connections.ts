import type { Origin } from './origin.js';
import type { QuotaBounds } from './shared-quota.js';

/** A connection that may become a link. */
interface Pending {
  /** Whether it has become one by now. */
  isLink(): boolean;
  /** Closes it. */
  giveWay(): void;
}

/**
 * The connections of a listener whose peers have not named themselves yet. Of too many the oldest of an address gives way, of the
 * address with the most where there are too many in all: a peer that says what it should is a link at once. It alone writes its fields.
 */
export class PendingConnections {
  readonly #bounds: Pick<QuotaBounds, 'total' | 'perOrigin'>;
  readonly #byOrigin = new Map<string, Set<Pending>>();
  #size = 0;

  constructor(bounds: Pick<QuotaBounds, 'total' | 'perOrigin'>) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  /** Counts one more; gives the call for its end. */
  add({ key }: Origin, pending: Pending): () => void {
    if ((this.#byOrigin.get(key)?.size ?? 0) >= this.#bounds.perOrigin) this.#makeRoom(key);
    if (this.#size >= this.#bounds.total) this.#makeRoom(this.#largest());
    let ofOrigin = this.#byOrigin.get(key);
    if (ofOrigin === undefined) this.#byOrigin.set(key, (ofOrigin = new Set()));
    ofOrigin.add(pending);
    this.#size++;
    return () => this.#delete(key, pending);
  }

  #makeRoom(key: string | undefined): void {
    if (key === undefined) return;
    let oldest: Pending | undefined;
    let isLess = false;
    for (const pending of this.#byOrigin.get(key) ?? []) {
      if (pending.isLink()) {
        this.#delete(key, pending);
        isLess = true;
      } else oldest ??= pending;
    }
    if (isLess || oldest === undefined) return;
    this.#delete(key, oldest);
    oldest.giveWay();
  }

  #delete(key: string, pending: Pending): void {
    const ofOrigin = this.#byOrigin.get(key);
    if (ofOrigin?.delete(pending) !== true) return;
    this.#size--;
    if (ofOrigin.size === 0) this.#byOrigin.delete(key);
  }

  #largest(): string | undefined {
    let largest: string | undefined;
    let most = 0;
    for (const [key, { size }] of this.#byOrigin) if (size > most) [largest, most] = [key, size];
    return largest;
  }
}
