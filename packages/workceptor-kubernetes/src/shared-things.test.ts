import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SharedThings } from './shared-things.js';

let closed: string[];
let made = 0;
beforeEach(() => {
  vi.useFakeTimers();
  [closed, made] = [[], 0];
});
afterEach(() => {
  vi.useRealTimers();
});

const make = (): string => `thing ${(made += 1)}`;
const things = (idleMs: number, maxIdle: number): SharedThings<string> =>
  new SharedThings({ close: (thing) => closed.push(thing), idleMs, maxIdle });

it('are one for all who hold it, and stay for a while when nobody does', () => {
  const all = things(60_000, 16);
  const [first, second] = [all.hold('a', { make }), all.hold('a', { make })];
  expect([first.value, second.value]).toEqual(['thing 1', 'thing 1']);
  first.letGo();
  first.letGo();
  second.letGo();
  // units one after the other
  for (let n = 0; n < 10; n++) {
    vi.advanceTimersByTime(59_999);
    const next = all.hold('a', { make });
    expect(next.value).toBe('thing 1');
    vi.advanceTimersByTime(100_000);
    next.letGo();
  }
  expect(closed).toEqual([]);
  vi.advanceTimersByTime(60_000);
  expect(closed).toEqual(['thing 1']);
  expect(all.hold('a', { make }).value).toBe('thing 2');
});

it('of which nobody has any use are kept up to a bound', () => {
  const all = things(60_000, 2);
  const holds = ['a', 'b', 'c', 'd'].map((key) => all.hold(key, { make }));
  for (const { letGo } of holds.slice(0, 3)) letGo();
  expect(closed).toEqual(['thing 1']);
  vi.advanceTimersByTime(60_000);
  expect(closed).toEqual(['thing 1', 'thing 2', 'thing 3']);
});

it('that are not what is wanted any more are made anew, but for those that are held', () => {
  const all = things(60_000, 2);
  const first = all.hold('a', { make });
  const source = { make, isStillGood: (): boolean => false };
  const second = all.hold('a', source);
  expect(second.value).toBe('thing 1');
  first.letGo();
  second.letGo();
  expect(all.hold('a', source).value).toBe('thing 2');
  expect(closed).toEqual(['thing 1']);
});

it('are closed at once where none is kept', () => {
  const all = things(0, 0);
  all.hold('a', { make }).letGo();
  expect(closed).toEqual(['thing 1']);
});
