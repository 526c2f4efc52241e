import type { LinkFailure } from '../core/events.js';

/** The most failures remembered. */
const MAX_FAILURES = 4;

/** Why links failed last, the latest of each link, until any comes up. It alone writes its fields. */
export class LinkFailures {
  readonly #byLink = new Map<string, LinkFailure>();

  add(failure: LinkFailure): void {
    this.#byLink.delete(failure.link);
    this.#byLink.set(failure.link, failure);
    const [oldest] = this.#byLink.keys();
    if (this.#byLink.size > MAX_FAILURES && oldest !== undefined) this.#byLink.delete(oldest);
  }

  /** A link has come up. Which of those that failed it is can't be known; those that still fail will be added again. */
  clear(): void {
    this.#byLink.clear();
  }

  list(): readonly LinkFailure[] {
    return [...this.#byLink.values()];
  }
}
