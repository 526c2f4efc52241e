/** A number that grows, and how fast. It alone writes its fields. */
export class Rate {
  #last: { readonly value: number; readonly at: number } | undefined;
  #perSecond: number | undefined;

  /** What it grew by a second between the last two looks; nothing before the second one, and after it began anew. */
  get perSecond(): number | undefined {
    return this.#perSecond;
  }

  /** @param at milliseconds of a clock that does not jump */
  look(value: number, at: number): void {
    const before = this.#last;
    if (before && at <= before.at) return;
    this.#last = { value, at };
    this.#perSecond =
      before === undefined || value < before.value
        ? undefined
        : ((value - before.value) * 1000) / (at - before.at);
  }

  /** What comes next is compared with nothing that was before. */
  forget(): void {
    this.#last = undefined;
    this.#perSecond = undefined;
  }
}

/** Rates by name, which come and go. */
export class Rates {
  readonly #rates = new Map<string, Rate>();

  /** Looks at all values there are; what is not among them is forgotten. */
  look(values: ReadonlyMap<string, number>, at: number): void {
    for (const name of this.#rates.keys()) if (!values.has(name)) this.#rates.delete(name);
    for (const [name, value] of values) {
      const rate = this.#rates.get(name) ?? new Rate();
      this.#rates.set(name, rate);
      rate.look(value, at);
    }
  }

  perSecond(name: string): number | undefined {
    return this.#rates.get(name)?.perSecond;
  }

  clear(): void {
    this.#rates.clear();
  }
}
