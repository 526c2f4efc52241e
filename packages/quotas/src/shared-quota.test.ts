import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addressOrigin, localOrigin, nodeOrigin } from './origin.js';
import { SharedQuota } from './shared-quota.js';

const a = nodeOrigin('a', 'a');
const b = nodeOrigin('b', 'b');
const c = nodeOrigin('c', 'c');

it('gives an origin its share, others theirs, and the reserved part to the local socket alone', () => {
  const quota = new SharedQuota({ total: 10, perOrigin: 5, reserved: 2 });
  for (let taken = 0; taken < 5; taken++) expect(quota.take(a)).toBe('taken');
  expect(quota.take(a)).toBe('origin-full');
  for (let taken = 0; taken < 3; taken++) expect(quota.take(b)).toBe('taken');
  expect(quota.take(b)).toBe('full');
  expect(quota.take(c)).toBe('full');
  expect([quota.take(localOrigin), quota.take(localOrigin)]).toEqual(['taken', 'taken']);
  expect(quota.take(localOrigin)).toBe('full');
  quota.give(a);
  expect(quota.take(c)).toBe('taken');
});

it('counts the reserved part as used by what the local socket holds', () => {
  const quota = new SharedQuota({ total: 10, perOrigin: 10, reserved: 4 });
  expect(quota.take(localOrigin, 4)).toBe('taken');
  expect(quota.take(a, 6)).toBe('taken');
  expect(quota.take(localOrigin)).toBe('full');
});

it('takes all of an amount or nothing', () => {
  const quota = new SharedQuota({ total: 100, perOrigin: 60 });
  expect(quota.take(a, 61)).toBe('origin-full');
  expect(quota.take(a, 60)).toBe('taken');
  expect(quota.take(b, 41)).toBe('full');
  expect([quota.used, quota.heldBy(a), quota.heldBy(b)]).toEqual([60, 60, 0]);
});

it('gives those over one link a share together, however many there are, and others over other links the rest', () => {
  const quota = new SharedQuota({ total: 100, perOrigin: 60, reserved: 20 });
  const takenBy = (via: string): number => {
    let taken = 0;
    while (quota.take(nodeOrigin(`ghost ${taken}`, via)) === 'taken') taken++;
    return taken;
  };
  // halfway from a share of 60 to the 80 that are not reserved
  expect(takenBy('x')).toBe(70);
  expect(quota.take(nodeOrigin('other', 'x'))).toBe('link-full');
  expect(quota.heldOverLinkOf(nodeOrigin('other', 'x'))).toBe(70);
  expect(takenBy('y')).toBe(10);
  quota.give(nodeOrigin('ghost 1', 'x'));
  expect(quota.take(nodeOrigin('other', 'x'))).toBe('taken');
});

it('never counts beyond a bound, and is empty when all was given back', () => {
  const origins = [localOrigin, a, b, c];
  const step = fc.record({
    who: fc.integer({ min: 0, max: 3 }),
    amount: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const quota = new SharedQuota({ total: 20, perOrigin: 9, reserved: 5 });
      const taken: (readonly [number, number])[] = [];
      for (const { who, amount } of steps) {
        const origin = origins[who] ?? a;
        if (quota.take(origin, amount) === 'taken') taken.push([who, amount]);
        expect(quota.used).toBe(taken.reduce((sum, [, each]) => sum + each, 0));
        expect(quota.used).toBeLessThanOrEqual(20);
        expect(quota.used - quota.heldBy(localOrigin)).toBeLessThanOrEqual(15);
        for (const other of [a, b, c]) expect(quota.heldBy(other)).toBeLessThanOrEqual(9);
      }
      for (const [who, amount] of taken) quota.give(origins[who] ?? a, amount);
      expect(quota.used).toBe(0);
      expect(quota.take(localOrigin, 20)).toBe('taken');
    }),
  );
});

it('keeps a part for origins that have few', () => {
  const forNewcomers = { kept: 20, few: 4 };
  const quota = new SharedQuota({ total: 100, perOrigin: 75, forNewcomers });
  const [x, y] = [addressOrigin('192.0.2.1'), addressOrigin('192.0.2.2')];
  for (const origin of [x, y]) while (quota.take(origin) === 'taken');
  expect([quota.heldBy(x), quota.heldBy(y)]).toEqual([75, 5]);
  for (const at of [3, 4, 5, 6, 7]) {
    const newcomer = addressOrigin(`192.0.2.${at}`);
    for (let each = 0; each < 4; each++) expect(quota.take(newcomer)).toBe('taken');
  }
  expect(quota.take(addressOrigin('192.0.2.8'))).toBe('full');
});
