import type { UnitStatus } from '@receptorjs/control-protocol';
import type { Unit } from '../unit.js';

/** One change of a unit, as it is remembered. `ChangeLog` alone writes `kind`. */
export type Change =
  | NewestChange
  | {
      readonly kind: 'passed';
      readonly number: number;
      readonly unitId: string;
      readonly status: UnitStatus;
    }
  | { readonly kind: 'released'; readonly number: number; readonly unitId: string };

/** How a unit is now: what is told of it is looked up when it is told. */
export interface NewestChange {
  readonly kind: 'newest';
  readonly number: number;
  readonly unitId: string;
  readonly unit: Unit;
}

/** A place in the log; empty once a later change says all that is to be said. */
interface Slot {
  readonly number: number;
  change: Change | undefined;
}

/** What is remembered of a unit that is there: how it is, and the states that it has left. */
interface UnitSlots {
  newest: Slot;
  readonly passed: Slot[];
}

/** Empty places that are not worth the work of closing them up. */
const LEAST_EMPTY = 1_024;

/**
 * Changes by number, oldest first. The newest of each unit is there as long as the unit is; of others, states that were left and
 * units that are gone, the oldest are forgotten. It alone writes its fields.
 */
export class ChangeLog {
  #slots: Slot[] = [];
  /** Units that are there. */
  readonly #units = new Map<string, UnitSlots>();
  #last = 0;
  #forgotten = 0;
  /** Changes that may be forgotten. */
  #past = 0;
  #empty = 0;

  /** @param maxPast how many changes may be there that are not the newest of a unit */
  constructor(private readonly maxPast: number) {}

  /** The number of the last change; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** The highest number of a change that was forgotten: who has not come so far has missed something. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /**
   * A unit has changed.
   *
   * @param left how it was until now, where that is worth telling to those who have not heard of it
   */
  changed(unit: Unit, left?: UnitStatus): void {
    const unitId = unit.record.id;
    const number = this.#last + 1;
    const slot = this.#append({ kind: 'newest', number, unitId, unit });
    const slots = this.#units.get(unitId);
    if (!slots) this.#units.set(unitId, { newest: slot, passed: [] });
    else {
      const { newest } = slots;
      slots.newest = slot;
      if (left === undefined) this.#clear(newest);
      else {
        newest.change = { kind: 'passed', number: newest.number, unitId, status: left };
        slots.passed.push(newest);
        this.#past += 1;
      }
    }
    this.#closeUp();
  }

  /** A unit is gone: that is all that is remembered of it. */
  released(unitId: string): void {
    const slots = this.#units.get(unitId);
    if (!slots) return;
    this.#units.delete(unitId);
    this.#clear(slots.newest);
    for (const slot of slots.passed) {
      if (slot.change === undefined) continue;
      this.#past -= 1;
      this.#clear(slot);
    }
    this.#append({ kind: 'released', number: this.#last + 1, unitId });
    this.#past += 1;
    this.#closeUp();
  }

  /** The first changes, `max` at most, whose number is higher than `position`. */
  after(position: number, max: number): Change[] {
    const changes: Change[] = [];
    for (let at = this.#indexAfter(position); at < this.#slots.length; at += 1) {
      const change = this.#slots[at]?.change;
      if (!change) continue;
      changes.push(change);
      if (changes.length === max) break;
    }
    return changes;
  }

  /** Where the first slot is whose number is higher. */
  #indexAfter(position: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#slots[middle]?.number ?? 0) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #append(change: Change): Slot {
    const slot: Slot = { number: change.number, change };
    this.#last = change.number;
    this.#slots.push(slot);
    return slot;
  }

  #clear(slot: Slot): void {
    slot.change = undefined;
    this.#empty += 1;
  }

  /** Forgets a quarter of the past when it is too much, and takes empty places out when they are many. */
  #closeUp(): void {
    const excess = this.#past > this.maxPast;
    if (!excess && this.#empty <= Math.max(LEAST_EMPTY, this.#units.size)) return;
    let toForget = excess ? this.#past - Math.floor((this.maxPast * 3) / 4) : 0;
    this.#past -= toForget;
    this.#slots = this.#slots.filter((slot) => {
      const { change, number } = slot;
      if (change === undefined) return false;
      if (change.kind === 'newest' || toForget === 0) return true;
      toForget -= 1;
      // its unit still points there
      slot.change = undefined;
      this.#forgotten = Math.max(this.#forgotten, number);
      return false;
    });
    this.#empty = 0;
  }
}
