import {
  LARGE_DATAGRAM,
  MAX_DATAGRAM,
  MIN_DATAGRAM,
  type QuicLosses,
} from '@receptorjs/quic-engine';

/** The sizes that are used until a node says what it carries, in bytes. */
const STEPS = [MIN_DATAGRAM, LARGE_DATAGRAM, MAX_DATAGRAM] as const;

/** How soon a larger size is tried after datagrams vanished; twice as long after each try that failed. */
const FIRST_RETRY_MS = 1_000;
/** The longest wait, and the wait after a node on the path has said what it carries. */
const RETRY_MS = 64_000;
/** How long after a try its loss would have shown. */
const TRIAL_MS = 1_000;
/** So many timeouts while large datagrams are out, and none is known to have arrived, mean that those do not arrive. */
const MAX_TIMEOUTS = 3;
/** How many large datagrams are sent before it is checked how many were lost. */
const SAMPLE = 16;
/** The share of them that must be lost, and the share up to which enough have arrived. */
const MOST = 0.75;
const FEW = 0.5;

/**
 * How large the datagrams of one connection may be: as large as both ends take, until the path turns out to carry less.
 * A node of this project that can't hand a datagram on says what it could; others drop it, which shows when large
 * datagrams get lost and small ones do not, or nothing is answered. Then 16,000 bytes are used, and in the end 1,200, which
 * every path of QUIC carries; the next larger size is tried again by one datagram after a while, and the largest when the
 * route changes. It alone writes
 * its fields.
 *
 * See docs/decisions/0019-sizes-of-datagrams.md.
 */
export class DatagramSize {
  #limit = MAX_DATAGRAM;
  #retryAt = Infinity;
  #retryMs = FIRST_RETRY_MS;
  /** The try that is under way: its size, when it is checked, and the losses before it. */
  #trial: { size: number; evaluateAt: number; before: QuicLosses } | undefined;
  #largeSent = 0;
  #timeouts = 0;
  #losses: QuicLosses = { datagrams: 0, bytes: 0 };

  /** The largest datagram that may be sent, in bytes; a try is one larger. */
  get limit(): number {
    return this.#limit;
  }

  /** The room for the next datagram, in bytes. */
  next(now: number): number {
    if (now < this.#retryAt || this.#trial !== undefined) return this.#limit;
    return STEPS.find((step) => step > this.#limit) ?? this.#limit;
  }

  /** Whether it is time to call {@link evaluate} after what was sent. */
  get isEvaluationDue(): boolean {
    return this.#largeSent >= SAMPLE;
  }

  /** A datagram was sent. */
  sent(length: number, now: number, losses: () => QuicLosses): void {
    if (length <= MIN_DATAGRAM) return;
    this.#largeSent++;
    if (length <= this.#limit || this.#trial !== undefined) return;
    this.#retryAt = Infinity;
    this.#trial = { size: length, evaluateAt: now + TRIAL_MS, before: losses() };
  }

  /** A node on the path could not hand a datagram on; `maxBytes` is what it could, where it says so. */
  refused(now: number, maxBytes: number | undefined): void {
    const carried = Math.max(MIN_DATAGRAM, maxBytes ?? MIN_DATAGRAM);
    if (this.#trial !== undefined && carried > this.#limit) this.#limit = carried;
    else this.#limit = Math.min(this.#limit, carried);
    this.#trial = undefined;
    this.#retryMs = RETRY_MS;
    this.#retryAt = now + RETRY_MS;
  }

  /** What was known of the path is void. */
  routeChanged(): void {
    this.#limit = MAX_DATAGRAM;
    this.#trial = undefined;
    this.#retryAt = Infinity;
    this.#retryMs = FIRST_RETRY_MS;
    this.#timeouts = 0;
    this.#largeSent = 0;
  }

  /** The connection waited for an answer in vain. Small datagrams may well be answered between two such times. */
  timedOut(now: number, losses: QuicLosses): void {
    if (this.#largeSent > 0 && ++this.#timeouts >= MAX_TIMEOUTS) this.#shrink(now);
    this.evaluate(now, losses);
  }

  /** Looks at what was lost since the last time. */
  evaluate(now: number, losses: QuicLosses): void {
    const trial = this.#trial;
    if (trial !== undefined && now >= trial.evaluateAt) this.#evaluateTrial(now, trial, losses);
    if (this.#largeSent < SAMPLE) return;
    const datagrams = losses.datagrams - this.#losses.datagrams;
    const bytes = losses.bytes - this.#losses.bytes;
    const large = bytes > datagrams * MIN_DATAGRAM;
    const share = datagrams / this.#largeSent;
    if (large && share >= MOST) this.#shrink(now);
    else if (share <= FEW) this.#timeouts = 0;
    this.#largeSent = 0;
    this.#losses = losses;
  }

  #evaluateTrial(
    now: number,
    { size, before }: { size: number; before: QuicLosses },
    losses: QuicLosses,
  ): void {
    this.#trial = undefined;
    // Everything else that can have been lost since was no larger than the limit.
    const wasLost =
      losses.bytes - before.bytes > (losses.datagrams - before.datagrams) * this.#limit;
    if (wasLost) {
      this.#retryMs = Math.min(RETRY_MS, this.#retryMs * 2);
      this.#retryAt = now + this.#retryMs;
    } else {
      this.#limit = Math.max(this.#limit, size);
      this.#retryMs = FIRST_RETRY_MS;
      if (this.#limit < MAX_DATAGRAM) this.#retryAt = now + FIRST_RETRY_MS;
    }
  }

  #shrink(now: number): void {
    this.#timeouts = 0;
    this.#largeSent = 0;
    this.#trial = undefined;
    if (this.#limit > MIN_DATAGRAM) this.#retryMs = FIRST_RETRY_MS;
    this.#limit = this.#limit > LARGE_DATAGRAM ? LARGE_DATAGRAM : MIN_DATAGRAM;
    this.#retryAt = Math.min(this.#retryAt, now + this.#retryMs);
  }
}
