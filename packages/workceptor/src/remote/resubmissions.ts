/** The parameter by which a node of this project names its submission to another; nodes of others ignore it. */
export const submissionIdParam = 'submissionid';

/** Names held at once; the oldest is forgotten beyond. */
const MAX_NAMES = 10_000;

/**
 * Units of named submissions whose stdin is not complete. A submission that comes again under its name replaces the
 * unit of the attempt before, whose ID never reached its submitter.
 */
export class Resubmissions {
  /** Name to unit ID, the oldest first. */
  readonly #units = new Map<string, string>();

  get size(): number {
    return this.#units.size;
  }

  /** Notes the unit of a name, and gives the one it replaces. */
  replace(name: string, unitId: string): string | undefined {
    const before = this.#units.get(name);
    this.#units.delete(name);
    this.#units.set(name, unitId);
    if (this.#units.size > MAX_NAMES) {
      const [oldest] = this.#units.keys();
      if (oldest !== undefined) this.#units.delete(oldest);
    }
    return before;
  }

  /** The stdin of the unit is complete: from here on it is not replaced. */
  settle(name: string, unitId: string): void {
    if (this.#units.get(name) === unitId) this.#units.delete(name);
  }
}
