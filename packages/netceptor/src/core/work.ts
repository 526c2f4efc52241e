/** What it takes to read, keep and hand on something new, however short. */
const NEW_MESSAGE_UNITS = 250;
const BYTES_A_UNIT = 6;

/**
 * What a node has had to do so far, in units of about 100 ns: a link looked at, a node walked over, six bytes parsed or
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
    this.#units += bytes / BYTES_A_UNIT;
  }

  /** A message was read that says something new, of so many bytes. */
  addNewMessage(bytes: number): void {
    this.#units += NEW_MESSAGE_UNITS + bytes / BYTES_A_UNIT;
  }
}
