import { expect, it } from 'vitest';
import type { NewJobEvent, RunPosition } from '../../ports/owned-jobs.js';
import { settled, VirtualClock } from '../time/test-virtual-clock.js';
import { eventRow } from './event-row.js';
import { EventWriter, type EventWriterOptions } from './event-writer.js';

const event = (counter: number): NewJobEvent =>
  eventRow(
    {
      counter,
      uuid: `u${counter}`,
      event: 'verbose',
      stdout: '',
      start_line: 0,
      end_line: 0,
      created: '2026-01-01T00:00:00Z',
      event_data: {},
    },
    new Map(),
  );

function writer(store: EventWriterOptions['store']) {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  return { clock, writer: new EventWriter({ clock, signal, store }) };
}

it('stores events together, in their order, some time after the first one', async () => {
  const batches: number[][] = [];
  const { clock, writer: events } = writer((all) => {
    batches.push(all.map(({ counter }) => counter));
    return Promise.resolve();
  });
  void events.add(event(1));
  void events.add(event(2));
  await clock.advance(99);
  expect(batches).toEqual([]);
  await clock.advance(1);
  void events.add(event(3));
  await events.finish();
  expect(batches).toEqual([[1, 2], [3]]);
});

it('does not wait with a full batch, and holds back whoever brings more than is held', async () => {
  const ends: (() => void)[] = [];
  const sizes: number[] = [];
  const { writer: events } = writer((all) => {
    sizes.push(all.length);
    return new Promise((resolve) => ends.push(resolve));
  });
  for (let counter = 1; counter <= 1000; counter += 1)
    expect(events.add(event(counter))).toBe(undefined);
  await settled();
  expect(sizes).toEqual([1000]);
  let held: Promise<void> | void = undefined;
  let counter = 1001;
  for (; held === undefined; counter += 1) held = events.add(event(counter));
  expect(counter).toBe(5001);
  let isOver = false;
  void held.then(() => (isOver = true));
  await settled();
  expect(isOver).toBe(false);
  for (let at = 0; at < 5; at += 1) {
    ends[at]?.();
    await settled();
  }
  expect([isOver, sizes]).toEqual([true, [1000, 1000, 1000, 1000, 1000]]);
});

it('a failure comes to whoever brings the next event, and to the end', async () => {
  const { clock, writer: events } = writer(() => Promise.reject(new Error('lease lost')));
  void events.add(event(1));
  await clock.advance(100);
  expect(() => events.add(event(2))).toThrow('lease lost');
  await expect(events.finish()).rejects.toThrow('lease lost');
});

it('a position is stored with the events up to it, and not before', async () => {
  const stored: (readonly [events: number, plays: number | undefined])[] = [];
  const { writer: events } = writer((all, position) => {
    stored.push([all.length, position?.plays]);
    return Promise.resolve();
  });
  const at = (plays: number): RunPosition => ({
    ...{ output: { bytes: 1, counter: 1, state: {} }, line: 0, tasks: 0, plays },
  });
  for (let counter = 1; counter <= 1_500; counter += 1) void events.add(event(counter));
  events.mark(at(1));
  await events.finish();
  events.mark(at(2));
  void events.add(event(1_501));
  await events.finish();
  expect(stored).toEqual([
    [1_000, undefined],
    [500, 1],
    [1, 2],
  ]);
});
