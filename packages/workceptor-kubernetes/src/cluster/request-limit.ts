import { setTimeout as wait } from 'node:timers/promises';
import { KubernetesError } from '../errors.js';

/** How many requests go to a cluster: a bucket of tokens, as the original has it. */
export interface RequestLimits {
  /** Requests a second on average; 0 for 5, less for any number, as for the original. Default 100. */
  readonly qps?: number | undefined;
  /** Requests at once after a pause; 0 for 10. Default ten times `qps`. */
  readonly burst?: number | undefined;
  /** `always` lets every request go, `never` none; anything else is the bucket. */
  readonly rateLimiter?: string | undefined;
}

const DEFAULT_QPS = 100;
/** What the client library of the original takes in the place of 0. */
const QPS_OF_ZERO = 5;
const BURST_OF_ZERO = 10;
/** Milliseconds of the longest timer that the system has. */
const LONGEST_MS = 2 ** 31 - 1;

/** The limit of one login, shared by all its requests, which take turns. It alone writes its fields. */
export class RequestLimit {
  readonly #qps: number;
  readonly #burst: number;
  readonly #mode: string;
  /** Tokens at the time of `#at`; less than none are owed by those who wait. */
  #tokens: number;
  #at: number;

  constructor(
    { qps = DEFAULT_QPS, burst = 10 * qps, rateLimiter = '' }: RequestLimits = {},
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#qps = qps === 0 ? QPS_OF_ZERO : qps;
    this.#burst = Math.max(burst === 0 ? BURST_OF_ZERO : burst, 1);
    this.#mode = rateLimiter === 'never' || this.#qps > 0 ? rateLimiter : 'always';
    this.#tokens = this.#burst;
    this.#at = now();
  }

  /**
   * Resolves when a request may go.
   *
   * @throws {KubernetesError} `bad-config` when none may; the signal's reason
   */
  async take(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const due = this.due();
    try {
      for (let ms = due; ms > 0; ms -= LONGEST_MS) {
        await wait(Math.min(ms, LONGEST_MS), undefined, { signal });
      }
    } catch (error) {
      // for those who wait behind
      this.#tokens += 1;
      throw error;
    }
  }

  /** Takes a token; in how many milliseconds it is there. */
  due(): number {
    if (this.#mode === 'always') return 0;
    if (this.#mode === 'never') {
      throw new KubernetesError(
        'bad-config',
        'no request goes to the cluster: its rate limiter is set to never (receptorkubeclientsetratelimiter of node)',
      );
    }
    const now = this.now();
    const gained = ((now - this.#at) / 1_000) * this.#qps;
    this.#tokens = Math.min(this.#burst, this.#tokens + gained) - 1;
    this.#at = now;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#qps) * 1_000;
  }
}
