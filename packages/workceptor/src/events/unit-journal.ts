import { randomBytes } from 'node:crypto';
import { isFinal, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { onAbort } from '@receptorjs/primitives';
import type { Unit } from '../unit.js';
import type { UnitListener } from '../unit-changes.js';
import { ChangeLog } from './change-log.js';

/** Changes that are remembered though they are not the newest of a unit. */
const MAX_PAST = 65_536;

/** How many units a node has had since somebody first wanted to know. */
export interface UnitTotals {
  readonly submitted: number;
  /** Those that have begun to run. */
  readonly started: number;
  readonly ended: number;
  readonly released: number;
}

/** What of a unit is compared to find out whether it has changed. */
interface Seen {
  readonly unit: Unit;
  readonly status: UnitStatus;
  readonly pending: string | undefined;
  /** What is told of its state once it has left it; nothing for one in which it ends. */
  readonly shown: UnitStatus | undefined;
}

/**
 * Remembers in which order the units of a node have changed: in state, detail or what is known of their end, not in the size of
 * their stdout. It holds one change for each unit, and a bounded number of states that units have left and of units that are gone, so
 * that no reader costs more than a number.
 *
 * See docs/decisions/0121-events-of-units.md.
 */
export class UnitJournal {
  /** Tells this journal from those of other runs of the daemon. */
  readonly epoch = randomBytes(8).toString('hex');
  readonly log: ChangeLog;
  /** Written by `#hear` and `#note` only. */
  readonly #seen = new Map<string, Seen>();
  readonly #waiting = new Set<() => void>();
  /** Written by `#hear` and `#sum` only. */
  readonly #totals = { submitted: 0, started: 0, ended: 0, released: 0 };

  /** @param units those that are known; of all others, and of changes, `listen` tells */
  constructor(
    units: Iterable<Unit>,
    listen: (listener: UnitListener) => void,
    { maxPast = MAX_PAST }: { readonly maxPast?: number } = {},
  ) {
    this.log = new ChangeLog(maxPast);
    for (const unit of units) this.#note(unit);
    listen((unit) => {
      this.#hear(unit);
    });
  }

  get totals(): UnitTotals {
    return { ...this.#totals };
  }

  /** The text of a number for readers. */
  cursor(number: number): string {
    return `${this.epoch}-${number}`;
  }

  /** The number of a text for readers; nothing for one of another run. */
  numberOf(cursor: string): number | undefined {
    const [, epoch, digits] = /^([0-9a-f]{16})-(\d{1,15})$/.exec(cursor) ?? [];
    const number = Number(digits);
    return epoch === this.epoch && number <= this.log.last ? number : undefined;
  }

  /** Resolves once there is a change behind that number, or when the signal fires. Never rejects. */
  changed(number: number, signal: AbortSignal): Promise<void> {
    if (this.log.last > number || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        forget();
        resolve();
      };
      const forget = onAbort(signal, () => {
        this.#waiting.delete(wake);
        resolve();
      });
      this.#waiting.add(wake);
    });
  }

  #hear(unit: Unit): void {
    const { id, released, status } = unit.record;
    const before = this.#seen.get(id);
    if (released) {
      if (!before) return;
      this.#seen.delete(id);
      this.log.released(id);
      this.#totals.released += 1;
    } else {
      if (before && isSame(before, unit)) return;
      this.#sum(before?.status.state, status.state);
      this.#note(unit);
    }
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #note(unit: Unit): void {
    const { id, status } = unit.record;
    const before = this.#seen.get(id);
    const left = before?.status.state === status.state ? undefined : before?.shown;
    const shown = isFinal(status.state) ? undefined : unit.status();
    this.#seen.set(id, { unit, status, pending: unit.pending, shown });
    this.log.changed(unit, left);
  }

  #sum(before: UnitState | undefined, now: UnitState): void {
    if (before === now) return;
    // one that is found on the disk with a later state was submitted to an earlier daemon
    if (before === undefined) this.#totals.submitted += now === UnitState.Pending ? 1 : 0;
    else {
      if (before === UnitState.Pending && now !== UnitState.Canceled) this.#totals.started += 1;
      if (isFinal(now)) this.#totals.ended += 1;
    }
  }
}

function isSame(seen: Seen, unit: Unit): boolean {
  const { status } = unit.record;
  return (
    unit === seen.unit &&
    status.state === seen.status.state &&
    status.detail === seen.status.detail &&
    status.report === seen.status.report &&
    unit.pending === seen.pending
  );
}
