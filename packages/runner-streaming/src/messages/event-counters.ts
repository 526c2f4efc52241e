/** Most gaps that are told apart; what lies behind them counts as there. */
const MAX_GAPS = 1000;

/**
 * Which counters of 1, 2, 3 ... have been seen. Events come in order, so this is one number and the gaps before it; a
 * stream that only gaps is bounded by {@link MAX_GAPS}.
 */
export class EventCounters {
  readonly #gaps: (readonly [first: number, last: number])[] = [];
  #highest: number;

  /** @param from the counter up to which all are there */
  constructor(from = 0) {
    this.#highest = from;
  }

  /** The highest that has been seen, or is known to be. */
  get highest(): number {
    return this.#highest;
  }

  /** Counters that have not been seen, up to the highest that was. */
  get gaps(): readonly (readonly [first: number, last: number])[] {
    return this.#gaps;
  }

  /** Whether any counter from `first` to `last` is known to be missing. */
  lacks(first: number, last: number): boolean {
    return this.#gaps.some((gap) => gap[0] <= last && gap[1] >= first);
  }

  add(counter: number): void {
    if (counter > this.#highest) {
      if (counter > this.#highest + 1 && this.#gaps.length < MAX_GAPS)
        this.#gaps.push([this.#highest + 1, counter - 1]);
      this.#highest = counter;
      return;
    }
    const at = this.#gaps.findIndex(([first, last]) => first <= counter && counter <= last);
    const gap = this.#gaps[at];
    if (gap === undefined) return;
    const left: (readonly [number, number])[] = [];
    if (gap[0] < counter) left.push([gap[0], counter - 1]);
    if (counter < gap[1]) left.push([counter + 1, gap[1]]);
    this.#gaps.splice(at, 1, ...left);
    if (this.#gaps.length > MAX_GAPS) this.#gaps.pop();
  }

  /** Says that there are events up to this counter, seen or not. */
  upTo(counter: number): void {
    if (counter <= this.#highest) return;
    if (this.#gaps.length < MAX_GAPS) this.#gaps.push([this.#highest + 1, counter]);
    this.#highest = counter;
  }
}
