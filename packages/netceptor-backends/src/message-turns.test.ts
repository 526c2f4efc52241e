import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { MessageTurns } from './message-turns.js';

afterEach(() => vi.restoreAllMocks());

/** A clock that each message moves on by so many milliseconds. */
function clock() {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  return (ms: number): void => void (now += ms);
}

it('lets others have their turn while messages take long, loses none and keeps their order', async () => {
  const pass = clock();
  const got: number[] = [];
  const calls: string[] = [];
  const turns = new MessageTurns({
    maxWaitingBytes: 10_000,
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  });
  const take = (each: number) => () => {
    got.push(each);
    pass(0.5);
  };
  for (let each = 0; each < 100; each++) {
    if (turns.mayTake()) take(each)();
    else turns.wait(10, take(each));
  }
  const taken = [got.length];
  while (got.length < 100) {
    await nextTurn();
    taken.push(got.length);
  }
  expect(got).toEqual(Array.from({ length: 100 }, (_, each) => each));
  expect(taken.length).toBeGreaterThan(4);
  const steps = taken.map((many, at) => many - (taken[at - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(26);
  expect(calls).toEqual(['pause', 'resume']);
});

it('takes everything at once that costs little', () => {
  clock();
  const turns = new MessageTurns({ maxWaitingBytes: 0 });
  for (let each = 0; each < 10_000; each++) expect(turns.mayTake()).toBe(true);
});

it('drops what waits beyond its bound, and takes more when there is room again', async () => {
  const pass = clock();
  const turns = new MessageTurns({ maxWaitingBytes: 25 });
  const got: number[] = [];
  const offer = (each: number): void => {
    if (turns.mayTake()) pass(1);
    else turns.wait(10, () => got.push(each));
  };
  for (let each = 0; each < 20; each++) offer(each);
  await nextTurn();
  // the clock was looked at with the 16th: two of the five that came then have room
  expect(got).toEqual([15, 16]);
  await nextTurn();
  expect(turns.mayTake()).toBe(true);
});

it('drops those of a peer that floods, and none of the others', async () => {
  const pass = clock();
  const turns = new MessageTurns({ maxWaitingBytes: 1000, maxWaitingOfPeer: 250 });
  const got = new Map<string, number>();
  const take = (peer: string) => () => got.set(peer, (got.get(peer) ?? 0) + 1);
  for (let each = 0; each < 200; each++) {
    for (const peer of each % 10 === 0 ? ['flooding', 'honest'] : ['flooding']) {
      if (turns.mayTake()) pass(1);
      else turns.wait(10, take(peer), peer);
    }
  }
  await nextTurn();
  expect(got.get('flooding')).toBe(25);
  expect(got.get('honest')).toBeGreaterThan(17);
});
