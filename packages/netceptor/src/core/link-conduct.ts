/** What a peer may send: a store of permits that fills again with time. It alone writes its fields. */
class Permits {
  #left: number | undefined;
  #filledAt = 0;

  /** Takes so many; false when there are not enough. `capacity` is the full store, `perSecond` how fast it fills. */
  take(now: number, count: number, capacity: number, perSecond: number): boolean {
    const left =
      this.#left === undefined
        ? capacity
        : Math.min(capacity, this.#left + ((now - this.#filledAt) * perSecond) / 1000);
    this.#filledAt = now;
    this.#left = left < count ? left : left - count;
    return left >= count;
  }
}

/** Routing updates and advertisements a peer may send at once and per second: so many, and so many more per known node. */
const FLOOD = { burst: 20_000, burstPerNode: 8, rate: 1000, ratePerNode: 0.5 };
/** Who sends more than so many times that much is not a hop that hands on too much of others'. */
const GROSS = 4;
/** How many offences are forgiven at once, and how many per second. */
const OFFENCES = { burst: 1000, rate: 10 };

/** What is done with a message of the kind that is flooded through the mesh. */
export type FloodVerdict = 'take' | 'drop' | 'reject';

/**
 * How a peer behaves on a link. What a hop hands on may come from somebody else far away, so that what exceeds the rate
 * is dropped first; a link that exceeds it several times over, or that keeps sending what no node sends, is given up. It
 * alone writes its fields.
 *
 * In a mesh of n nodes a link carries n / 10 routing updates a second at rest, and the rate allowed is at least five
 * times that.
 */
export class LinkConduct {
  readonly #floods = new Permits();
  readonly #gross = new Permits();
  readonly #forgiveness = new Permits();

  /** Judges one more routing update or advertisement. */
  judgeFlood(now: number, knownNodes: number): FloodVerdict {
    const capacity = FLOOD.burst + FLOOD.burstPerNode * knownNodes;
    const rate = FLOOD.rate + FLOOD.ratePerNode * knownNodes;
    if (!this.#gross.take(now, 1, GROSS * capacity, GROSS * rate)) return 'reject';
    return this.#floods.take(now, 1, capacity, rate) ? 'take' : 'drop';
  }

  /** Whether one more offence is forgiven. A serious one weighs ten times as much: 100 of them at once, then one per second. */
  forgives(now: number, isSerious: boolean): boolean {
    return this.#forgiveness.take(now, isSerious ? 10 : 1, OFFENCES.burst, OFFENCES.rate);
  }
}
