import { LoopTurns } from '@receptorjs/bounded-json';
import { reportedStatus, type UnitEvent } from '@receptorjs/control-protocol';
import type { Change } from './change-log.js';
import type { UnitJournal } from './unit-journal.js';

/** Which events are told. */
export interface UnitEventsOptions {
  /** The cursor of the last one that was heard; without one, or with one that says nothing any more, all units come first. */
  readonly after?: string | undefined;
  /** Units whose events are told; default all. One that is not known has none. */
  readonly unitIds?: readonly string[] | undefined;
}

/** Events that are made at once. */
const BATCH = 64;

/**
 * Events of units in the order in which they have changed, a few at a time, until the signal fires. Each state of a unit is told that
 * it has had since the cursor, unless it was released; what changes within a state may be told once. A reader that falls too far behind
 * hears `reset`, and how all units are now.
 */
export async function* unitEvents(
  journal: UnitJournal,
  { after, unitIds }: UnitEventsOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly UnitEvent[], void> {
  const { log } = journal;
  const wanted = unitIds && new Set(unitIds);
  const turns = new LoopTurns();
  /** The number of the last change that was told; nothing before the list. */
  let position = after === undefined ? undefined : journal.numberOf(after);
  if (after !== undefined && position !== undefined && position >= log.forgotten)
    yield [{ type: 'resumed', cursor: after }];
  while (!signal.aborted) {
    if (position === undefined || position < log.forgotten) {
      yield [{ type: 'reset' }];
      position = yield* listUnits(journal, wanted, { signal, turns });
      if (position !== undefined) yield [{ type: 'listed', cursor: journal.cursor(position) }];
      continue;
    }
    const changes = log.after(position, BATCH);
    const last = changes.at(-1);
    if (!last) {
      await journal.changed(log.last, signal);
      continue;
    }
    position = last.number;
    const told = changes.filter(({ unitId }) => wanted?.has(unitId) ?? true);
    if (told.length > 0)
      yield told.map((change) => ({ ...eventOf(change), cursor: journal.cursor(change.number) }));
    await turns.due();
  }
}

/** Tells of all units there are; gives the number behind which changes go on, or nothing when it took too long. */
async function* listUnits(
  { log }: UnitJournal,
  wanted: ReadonlySet<string> | undefined,
  { signal, turns }: { readonly signal: AbortSignal; readonly turns: LoopTurns },
): AsyncGenerator<readonly UnitEvent[], number | undefined> {
  const begun = log.last;
  for (let position = 0; !signal.aborted;) {
    if (log.forgotten > Math.max(begun, position)) return undefined;
    const changes = log.after(position, BATCH);
    const last = changes.at(-1);
    // one that has changed meanwhile stands further behind, with the states that it has left since
    if (!last) return log.last;
    position = last.number;
    const told = changes.filter(
      ({ kind, number, unitId }) =>
        (kind === 'newest' || number > begun) && (wanted?.has(unitId) ?? true),
    );
    if (told.length > 0) yield told.map(eventOf);
    await turns.due();
  }
  return undefined;
}

function eventOf(change: Change): Extract<UnitEvent, { readonly unitId: string }> {
  const { unitId } = change;
  switch (change.kind) {
    case 'newest':
      return { type: 'unit', unitId, status: reportedStatus(change.unit.status()) };
    case 'passed':
      return { type: 'unit', unitId, status: reportedStatus(change.status) };
    case 'released':
      return { type: 'released', unitId };
  }
}
