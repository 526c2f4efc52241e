/** Who reads the results of units now. It alone writes its map. */
export class UnitReaders {
  readonly #readers = new Map<string, number>();

  /** Whether anybody reads the results of a unit. */
  reads(unitId: string): boolean {
    return this.#readers.has(unitId);
  }

  /** The same bytes; the unit is read from the first one that is asked for to the last. */
  async *counted(
    unitId: string,
    results: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array, void> {
    this.#count(unitId, 1);
    try {
      yield* results;
    } finally {
      this.#count(unitId, -1);
    }
  }

  /** The same outcome; the unit is read until it is there. */
  async during<T>(unitId: string, reading: () => Promise<T>): Promise<T> {
    this.#count(unitId, 1);
    try {
      return await reading();
    } finally {
      this.#count(unitId, -1);
    }
  }

  #count(unitId: string, change: number): void {
    const count = (this.#readers.get(unitId) ?? 0) + change;
    if (count > 0) this.#readers.set(unitId, count);
    else this.#readers.delete(unitId);
  }
}
