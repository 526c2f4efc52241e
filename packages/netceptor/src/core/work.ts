/**
 * What a node has had to do so far, in units of about 100 ns: a link looked at, a node walked over, three bytes parsed or
 * written. Counted rather than timed, so that a simulation can say what an event costs, the same in every run. It alone writes
 * its field.
 */
export class Work {
  #units = 0;

  get units(): number {
    return this.#units;
  }

  add(units: number): void {
    this.#units += units;
  }

  /** So many bytes were parsed or written. */
  addBytes(bytes: number): void {
    this.#units += bytes / 3;
  }
}
