import { Coalescer } from '../links/coalescer.js';

/**
 * Shortest time between two computations of the routes, and how it grows with the nodes, 50 ms at 1,000 of them, and where
 * these have links beyond measure with the links: several times as long as it takes.
 */
const LEAST_REST_MS = 10;
const REST_MS_PER_NODE = 0.05;
const REST_MS_PER_CONNECTION = 0.0005;

/** When the routes are computed: at once for a link of this node, else after a rest. It alone writes its fields. */
export class ComputationSchedule {
  readonly #computing: Coalescer;
  #computedAt = -Infinity;

  constructor(now: number) {
    this.#computing = new Coalescer(now, LEAST_REST_MS, Infinity);
  }

  /** When {@link take} says yes. */
  get dueAt(): number {
    return this.#computing.dueAt;
  }

  /** When the last computation began. */
  get computedAt(): number {
    return this.#computedAt;
  }

  /** A link of this node has changed. */
  requestNow(now: number): void {
    this.#computing.requestNow(now);
  }

  /** The links of another node have changed; with `nodes` that are in reach the last computation has looked at `looked` links. */
  request(now: number, nodes: number, looked: number): void {
    const rest = Math.max(LEAST_REST_MS, nodes * REST_MS_PER_NODE, looked * REST_MS_PER_CONNECTION);
    this.#computing.request(now, rest);
  }

  /** Whether the computation begins now. */
  take(now: number): boolean {
    if (!this.#computing.take(now)) return false;
    this.#computedAt = now;
    return true;
  }
}
