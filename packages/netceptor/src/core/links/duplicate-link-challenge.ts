import type { RoutingUpdate } from '../../wire/routing-update.js';

/** How long a link has to show that it lives when a second one with the same peer comes. */
const CHALLENGE_MS = 2000;
/** What arrived while the process stood still is read before the time is taken for over. */
const GRACE_MS = 250;

/**
 * A second link with the same peer, which waits for what becomes of the first. It alone writes its fields.
 *
 * See docs/decisions/0045-a-second-link-challenges-the-first.md.
 */
export class DuplicateLinkChallenge<Session> {
  /** The second link. */
  readonly session: Session;
  /** The update that named the peer. */
  readonly first: RoutingUpdate;
  #dueAt: number;
  #isLastChance = false;

  constructor(now: number, session: Session, first: RoutingUpdate) {
    this.session = session;
    this.first = first;
    this.#dueAt = now + CHALLENGE_MS;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  /** Whether the first link has had its time. */
  hasWon(now: number): boolean {
    if (now < this.#dueAt) return false;
    if (this.#isLastChance) return true;
    this.#isLastChance = true;
    this.#dueAt = now + GRACE_MS;
    return false;
  }
}
