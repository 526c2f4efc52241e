import { isFinal, UnitState, type UnitEvent } from '@receptorjs/control-protocol';
import { silentLogger } from '@receptorjs/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnknownUnit } from '../store/unknown-unit.js';
import { UnitRecord } from '../store/unit-record.js';
import type { Unit } from '../unit.js';
import { UnitChanges } from '../unit-changes.js';
import type { UnitChange } from '../unit-transition.js';
import { unitEvents, type UnitEventsOptions } from './unit-events.js';
import { UnitJournal } from './unit-journal.js';

/** Units without a disk, and the journal that hears of them. */
class Node {
  readonly units = new Map<string, Unit>();
  readonly journal: UnitJournal;
  readonly #changes = new UnitChanges(silentLogger);

  constructor(first: readonly string[] = [], maxPast?: number) {
    for (const id of first) this.create(id);
    this.journal = new UnitJournal(
      this.units.values(),
      (listener) => this.#changes.listen(listener),
      { maxPast },
    );
  }

  create(id: string): void {
    const status = {
      state: UnitState.Pending,
      detail: 'Unit Created',
      stdoutSize: 0n,
      workType: 'cat',
      extraData: null,
    };
    const unit = new UnknownUnit(new UnitRecord(id, '/nowhere', status, silentLogger));
    this.units.set(id, unit);
    unit.record.onTouch(() => {
      this.#changes.tell(unit);
    });
    this.#changes.tell(unit);
  }

  update(id: string, change: UnitChange): void {
    this.units.get(id)?.record.update(change, 'unstored');
  }

  release(id: string): void {
    this.units.get(id)?.record.markReleased();
    this.units.delete(id);
  }

  /** A reader, which is at its end as long as nothing changes. */
  read(options: UnitEventsOptions = {}): Reader {
    return new Reader(this.journal, options);
  }
}

/** One connection of a reader. */
class Reader {
  readonly #over = new AbortController();
  readonly #events: AsyncGenerator<readonly UnitEvent[], void>;
  #next: Promise<IteratorResult<readonly UnitEvent[], void>> | undefined;

  constructor(journal: UnitJournal, options: UnitEventsOptions) {
    this.#events = unitEvents(journal, options, this.#over.signal);
  }

  /** The next events that are made at once; none when all was told. */
  async batch(): Promise<readonly UnitEvent[]> {
    this.#next ??= this.#events.next();
    const nothing = new Promise<undefined>((resolve) => setImmediate(resolve, undefined));
    const batch = await Promise.race([this.#next, nothing]);
    if (batch === undefined) return [];
    this.#next = undefined;
    return batch.value ?? [];
  }

  /** All that is to be told now. */
  async rest(): Promise<UnitEvent[]> {
    const events: UnitEvent[] = [];
    for (;;) {
      const batch = await this.batch();
      if (batch.length === 0) return events;
      events.push(...batch);
    }
  }

  async close(): Promise<void> {
    this.#over.abort();
    await this.#next;
    await this.#events.return();
  }
}

const words = (events: readonly UnitEvent[]): string[] =>
  events.map((event) =>
    event.type === 'unit'
      ? `${event.unitId} ${event.status.state} ${event.status.detail}`
      : 'unitId' in event
        ? `${event.unitId} released`
        : event.type,
  );

const lastCursor = (events: readonly UnitEvent[]): string | undefined =>
  events
    .flatMap((event) => ('cursor' in event && event.cursor !== undefined ? [event.cursor] : []))
    .at(-1);

describe('events of units', () => {
  it('begin with all units, then follow each change of state and detail, and none of the size of stdout', async () => {
    const node = new Node(['a', 'b']);
    const reader = node.read();
    expect(words(await reader.rest())).toEqual([
      'reset',
      'a 0 Unit Created',
      'b 0 Unit Created',
      'listed',
    ]);
    node.update('a', { state: UnitState.Running, detail: 'Running: PID 7' });
    node.update('a', { stdoutSize: 5n });
    expect(words(await reader.rest())).toEqual(['a 1 Running: PID 7']);
    node.update('a', { stdoutSize: 6n });
    expect(await reader.rest()).toEqual([]);
    node.release('b');
    node.create('c');
    expect(words(await reader.rest())).toEqual(['b released', 'c 0 Unit Created']);
    await reader.close();
  });

  it('go on behind a cursor, with each state that was left meanwhile', async () => {
    const node = new Node(['a', 'b']);
    const first = node.read();
    const cursor = lastCursor(await first.rest());
    await first.close();
    node.update('a', { state: UnitState.Running, detail: 'Running: PID 7' });
    node.update('a', { detail: 'Running: PID 8' });
    node.update('a', { state: UnitState.Succeeded, detail: 'exit status 0' });
    node.update('a', { report: { stdoutSha256: 'f'.repeat(64) } });
    node.update('b', { state: UnitState.Running });
    node.release('b');
    const again = node.read({ after: cursor });
    const events = await again.rest();
    expect(words(events)).toEqual([
      'resumed',
      'a 1 Running: PID 8',
      'a 2 exit status 0',
      'b released',
    ]);
    expect(lastCursor(events)).toBe(node.journal.cursor(node.journal.log.last));
    await again.close();
  });

  it('of some units are those of no others', async () => {
    const node = new Node(['a', 'b']);
    const reader = node.read({ unitIds: ['b', 'nonesuch'] });
    expect(words(await reader.rest())).toEqual(['reset', 'b 0 Unit Created', 'listed']);
    node.release('a');
    node.update('b', { state: UnitState.Canceled, detail: 'Canceled' });
    expect(words(await reader.rest())).toEqual(['b 4 Canceled']);
    await reader.close();
  });

  it.each([
    ['of another run', '0123456789abcdef-1'],
    ['that is none', 'nonsense'],
    ['of what has not been yet', 'later'],
  ])('with a cursor %s begin anew', async (_, after) => {
    const node = new Node(['a']);
    const reader = node.read({ after: after === 'later' ? node.journal.cursor(2) : after });
    expect(words(await reader.rest())).toEqual(['reset', 'a 0 Unit Created', 'listed']);
    await reader.close();
  });

  it('begin anew for who has fallen too far behind, and the journal stays as small', async () => {
    const node = new Node(['a'], 8);
    const reader = node.read();
    const cursor = lastCursor(await reader.rest());
    for (let at = 0; at < 20_000; at += 1) {
      node.create(`u${at}`);
      node.release(`u${at}`);
    }
    expect(node.journal.log.after(0, Infinity).length).toBeLessThanOrEqual(9);
    for (const each of [reader, node.read({ after: cursor })]) {
      expect(words(await each.rest())).toEqual(['reset', 'a 0 Unit Created', 'listed']);
      await each.close();
    }
  });

  it('count what became of units', () => {
    const node = new Node(['a', 'b']);
    node.create('c');
    node.update('a', { state: UnitState.Running });
    node.update('a', { state: UnitState.Failed });
    node.update('b', { state: UnitState.Canceled });
    node.release('b');
    expect(node.journal.totals).toEqual({ submitted: 1, started: 1, ended: 2, released: 1 });
  });

  it('cost no reader more than its place in the log, however slow it is', async () => {
    const node = new Node();
    const reader = node.read();
    await reader.rest();
    for (let at = 0; at < 100; at += 1) node.create(`u${at}`);
    for (let pid = 0; pid < 10_000; pid += 1)
      node.update(`u${pid % 100}`, { detail: `Running: PID ${pid}` });
    const told = await reader.rest();
    expect(told).toHaveLength(100);
    expect(words(told)).toContain('u99 0 Running: PID 9999');
    await reader.close();
  });
});

const ids = ['a', 'b', 'c', 'd'];
const id = fc.constantFrom(...ids);
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const), id }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('detail' as const), id }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), id }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      batches: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const) }) },
);

it('a reader that resumes by cursors knows each unit as it is in the end, its states in order, none left out but by a reset', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 30, maxLength: 200, size: 'max' }),
      fc.integer({ min: 1, max: 12 }),
      async (steps, maxPast) => {
        const node = new Node(['a'], maxPast);
        let details = 0;
        const known = new Map<string, string>();
        /** The last state heard of each unit since the last reset. */
        const heard = new Map<string, UnitState>();
        let cursor: string | undefined;
        let isListing = true;
        let reader = node.read();
        const hear = (events: readonly UnitEvent[]): void => {
          for (const event of events) {
            if ('cursor' in event && event.cursor !== undefined) cursor = event.cursor;
            if (event.type === 'reset') {
              known.clear();
              heard.clear();
              cursor = undefined;
              isListing = true;
            } else if (event.type === 'listed' || event.type === 'resumed') isListing = false;
            else if (event.type === 'released') {
              known.delete(event.unitId);
              heard.delete(event.unitId);
            } else {
              const { unitId, status } = event;
              const before = heard.get(unitId);
              expect(status.state).toBeGreaterThanOrEqual(before ?? 0);
              // each state leads to the next one here, from Pending on
              if (!isListing) expect(status.state).toBeLessThanOrEqual((before ?? -1) + 1);
              heard.set(unitId, status.state);
              known.set(unitId, `${status.state} ${status.detail}`);
            }
          }
        };
        for (const each of steps) {
          switch (each.do) {
            case 'create':
              if (node.units.has(each.id)) break;
              node.create(each.id);
              break;
            case 'advance': {
              const state = node.units.get(each.id)?.record.status.state;
              if (state === undefined || isFinal(state)) break;
              const next = state === UnitState.Pending ? UnitState.Running : UnitState.Succeeded;
              node.update(each.id, { state: next });
              break;
            }
            case 'detail':
              details += 1;
              node.update(each.id, { detail: `detail ${details}` });
              break;
            case 'release':
              node.release(each.id);
              break;
            case 'read':
              for (let at = 0; at < each.batches; at += 1) hear(await reader.batch());
              break;
            case 'reconnect':
              await reader.close();
              reader = node.read({ after: cursor });
          }
        }
        hear(await reader.rest());
        await reader.close();
        expect(isListing).toBe(false);
        const actual = [...node.units].map(([id, { record }]): [string, string] => [
          id,
          `${record.status.state} ${record.status.detail}`,
        ]);
        expect(known).toEqual(new Map(actual));
      },
    ),
    { numRuns: 300 },
  );
});
