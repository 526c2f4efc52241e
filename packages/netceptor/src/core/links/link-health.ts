import { RoundTripTime, type RoundTripTimes } from './round-trip-time.js';

/** How often a peer is asked whether it hears this node; at least four times within the idle limit. */
const PROBE_PERIOD_MS = 5000;
/** The most questions remembered that are not answered yet. */
const MAX_PENDING_PROBES = 8;
/** A link that looks dead is given so long before it counts as dead: what arrived while the process stood still is read first. */
const GRACE_MS = 1000;

/**
 * Whether both directions of a link work: when something was last received, and whether the peer answers what it is
 * asked. A peer that can't be asked, such as the original, is checked by what it sends alone. It alone writes its fields.
 */
export class LinkHealth {
  readonly #maxIdleMs: number;
  readonly #period: number;
  readonly #roundTrip = new RoundTripTime();
  #heardAt: number;
  #suspectSince: number | undefined;
  /** When to ask next; Infinity for a peer that can't be asked. */
  #probeAt = Infinity;
  #lastNumber = 0;
  /** When the unanswered questions were asked, by number. */
  readonly #pendingProbes = new Map<number, number>();
  /** When the first question since the last answer was asked. */
  #unansweredSince: number | undefined;

  constructor(now: number, maxIdleMs: number) {
    this.#maxIdleMs = maxIdleMs;
    this.#period = Math.min(PROBE_PERIOD_MS, maxIdleMs / 4);
    this.#heardAt = now;
  }

  /** When something was last received. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Undefined before the first answer. */
  get roundTrip(): RoundTripTimes | undefined {
    return this.#roundTrip.times;
  }

  /** Whether the peer answers questions. */
  get canProbe(): boolean {
    return this.#probeAt !== Infinity;
  }

  /** When {@link failure} or {@link takeProbe} have something to say, as far as is known now. */
  get dueAt(): number {
    const verdictAt =
      this.#suspectSince === undefined ? this.#deadline() : this.#suspectSince + GRACE_MS;
    return Math.min(this.#probeAt, verdictAt);
  }

  /** The peer answers questions: asks from now on. */
  startProbing(now: number): void {
    if (!this.canProbe) this.#probeAt = now;
  }

  /** Something was received. */
  received(now: number): void {
    this.#heardAt = now;
    if (now < this.#deadline()) this.#suspectSince = undefined;
  }

  /** An answer was received. Only an answer to a question of the last while counts. */
  probeAnswered(now: number, number: number): boolean {
    const askedAt = this.#pendingProbes.get(number);
    if (askedAt === undefined) return false;
    this.#pendingProbes.delete(number);
    this.#roundTrip.add(now - askedAt);
    this.#unansweredSince = undefined;
    this.#suspectSince = undefined;
    return true;
  }

  /** The number of the question that is to be asked now, if any. */
  takeProbe(now: number): number | undefined {
    return now < this.#probeAt ? undefined : this.probe(now);
  }

  /** The number of a question to ask now in any case. */
  probe(now: number): number {
    this.#lastNumber = (this.#lastNumber + 1) >>> 0;
    if (this.#pendingProbes.size >= MAX_PENDING_PROBES) {
      for (const oldest of this.#pendingProbes.keys()) {
        this.#pendingProbes.delete(oldest);
        break;
      }
    }
    this.#pendingProbes.set(this.#lastNumber, now);
    this.#unansweredSince ??= now;
    if (this.canProbe) this.#probeAt = now + this.#period;
    return this.#lastNumber;
  }

  /** Why the link is to be given up, or undefined. */
  failure(now: number): string | undefined {
    if (now < this.#deadline()) return undefined;
    this.#suspectSince ??= now;
    if (now < this.#suspectSince + GRACE_MS) return undefined;
    const seconds = this.#maxIdleMs / 1000;
    return now - this.#heardAt >= this.#maxIdleMs
      ? `nothing was received for ${seconds} s`
      : `the peer does not hear this node: it has answered nothing for ${seconds} s`;
  }

  /** Until when the peer has to be heard, and has to answer. The first question may come a period after the link broke. */
  #deadline(): number {
    const answerBy =
      this.#unansweredSince === undefined
        ? Infinity
        : this.#unansweredSince + this.#maxIdleMs - this.#period;
    return Math.min(this.#heardAt + this.#maxIdleMs, answerBy);
  }
}
