import { errorText, type Logger } from '@receptorjs/primitives';
import type { Unit } from './unit.js';

/** Hears of one unit. It is known from its first call on, and gone once its record says that it is released. */
export type UnitListener = (unit: Unit) => void;

/**
 * Tells of each change of all units of a node: of status, of stdout, of existence. A listener finds out by itself what of it is new to it,
 * and is called before whoever asked for the change hears that it is done.
 */
export class UnitChanges {
  readonly #listeners = new Set<UnitListener>();

  constructor(private readonly log: Logger) {}

  /** @returns a call that ends it */
  listen(listener: UnitListener): () => void {
    // one that is given twice is called twice
    const own: UnitListener = (unit) => {
      listener(unit);
    };
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Something about a unit has changed. A listener that throws is logged and keeps nothing else from going on. */
  tell(unit: Unit): void {
    for (const listener of this.#listeners) {
      try {
        listener(unit);
      } catch (error) {
        this.log.error(`[${unit.record.id}] ${errorText(error)}`);
      }
    }
  }
}
