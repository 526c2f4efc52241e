import type { Problem } from '../../errors.js';

/**
 * Why a node did not deliver or hand on a message: the problem that its sender is told of, or one that it is not told of. A full
 * queue of a link counts at the link.
 */
export type DropReason = Problem | 'firewall-drop' | 'unknown-node' | 'local-queue-full';

const REASONS = [
  'no-route',
  'service-unknown',
  'message-expired',
  'blocked-by-firewall',
  'message-too-long',
  'firewall-drop',
  'unknown-node',
  'local-queue-full',
] as const satisfies readonly DropReason[];

/** Messages that a node did not deliver or hand on, by the reason, since it was made. It alone writes its fields. */
export class DropCounts {
  readonly #counts = new Map<DropReason, number>(REASONS.map((reason) => [reason, 0]));

  /** Counts one message more. */
  add(reason: DropReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** All reasons, those that never came up too. */
  read(): ReadonlyMap<DropReason, number> {
    return new Map(this.#counts);
  }
}
