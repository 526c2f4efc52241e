import type { Logger } from '@receptorjs/primitives';

/** Milliseconds between two lines about the same reason. */
const QUIET_MS = 10_000;
/** Reasons counted one by one; further ones are counted together. */
const MAX_REASONS = 32;

/**
 * Counts what a service had to drop, by reason, and says so: at once for the first, then at most every ten seconds
 * for each reason. It alone writes its fields.
 */
export class DropLog {
  readonly #reasons = new Map<string, { total: number; unsaid: number; saidAt: number }>();

  constructor(
    private readonly what: string,
    private readonly log: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts one; `reason` continues `dropped N (reason)`. */
  drop(reason: string): void {
    let known = this.#reasons.get(reason);
    if (!known) {
      const key = this.#reasons.size < MAX_REASONS ? reason : 'for other reasons';
      known = this.#reasons.get(key) ?? { total: 0, unsaid: 0, saidAt: -Infinity };
      this.#reasons.set(key, known);
      reason = key;
    }
    known.total += 1;
    known.unsaid += 1;
    const now = this.now();
    if (now - known.saidAt < QUIET_MS) return;
    this.log.warning(`${this.what}: dropped ${known.unsaid} (${known.total} in all): ${reason}`);
    known.unsaid = 0;
    known.saidAt = now;
  }

  /** How many were dropped in all. */
  get total(): number {
    let total = 0;
    for (const reason of this.#reasons.values()) total += reason.total;
    return total;
  }
}
