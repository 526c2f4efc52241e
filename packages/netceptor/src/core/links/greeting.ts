import type { RoutingUpdate } from '../../wire/routing-update.js';

/** How often a link says who it is while the peer has not, and how many times. */
const HELLO_INTERVAL_MS = 1000;
const MAX_HELLOS = 10;
/** A peer that holds an earlier link with this node lists it from the start, and rejects the new one within this time. */
const CONFIRM_MS = 500;

/**
 * What is said on a link until it is established: who this node is, again and again. And, where a link waits for that,
 * whether the peer takes this node. It alone writes its fields.
 *
 * See docs/decisions/0081-udp-dialers-wait-to-be-listed.md.
 */
export class Greeting {
  #hellos = 0;
  #nextAt: number;
  #first: RoutingUpdate | undefined;
  /** When the first update, which lists this node, counts as that. */
  #countsAt = Infinity;

  constructor(now: number) {
    this.#nextAt = now;
  }

  /** When {@link next} has something. */
  get dueAt(): number {
    return Math.min(this.#nextAt, this.#countsAt);
  }

  /** The update by which the peer of a link that waits to be listed has named itself. */
  get first(): RoutingUpdate | undefined {
    return this.#first;
  }

  /** What is to be done now: say hello, take the link, give up since nothing came of the hellos, or nothing. */
  next(now: number): 'say' | 'take' | 'give up' | 'wait' {
    if (now >= this.#countsAt) return 'take';
    if (now < this.#nextAt) return 'wait';
    if (this.#hellos >= MAX_HELLOS) return 'give up';
    this.#hellos++;
    this.#nextAt = now + HELLO_INTERVAL_MS;
    return 'say';
  }

  /** Takes an update of the peer; true when it shows that the peer takes this node. */
  heard(now: number, update: RoutingUpdate, listsThisNode: boolean): boolean {
    if (this.#first !== undefined) return listsThisNode;
    this.#first = update;
    if (listsThisNode) this.#countsAt = now + CONFIRM_MS;
    return false;
  }
}
