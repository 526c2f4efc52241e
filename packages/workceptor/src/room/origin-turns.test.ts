import { addressOrigin, localOrigin, nodeOrigin, type Origin } from '@receptorjs/quotas';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OriginTurns } from './origin-turns.js';

const one = addressOrigin('192.0.2.1');
const two = addressOrigin('192.0.2.2');

/** All that wait, in the order in which they have their turns while nothing ends. */
function* inTurns(turns: OriginTurns<string>): Generator<string> {
  for (let item = turns.next(); item !== undefined; item = turns.next()) yield item;
}

function fill(...lines: readonly (readonly [Origin, ...string[]])[]): OriginTurns<string> {
  const turns = new OriginTurns<string>();
  for (const [origin, ...items] of lines) for (const item of items) turns.add(item, origin);
  return turns;
}

it('gives each origin its turn, and the first of each the first', () => {
  const turns = fill([localOrigin, 'a1', 'a2', 'a3', 'a4'], [one, 'b1', 'b2'], [two, 'c1']);
  expect([...inTurns(turns)]).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  expect(turns.size).toBe(0);
});

it('gives the next place to whoever has least running', () => {
  const turns = fill([localOrigin, 'a1', 'a2'], [one, 'b1', 'b2']);
  turns.begin(localOrigin);
  turns.begin(localOrigin);
  turns.begin(one);
  expect(turns.next()).toBe('b1');
  turns.begin(one);
  expect(turns.next()).toBe('a1');
  turns.end(localOrigin);
  turns.end(localOrigin);
  expect(turns.next()).toBe('a2');
});

it('lets the nodes over one link share its turns, however many they are', () => {
  const ghosts = ['x', 'y', 'z'].map((id) => nodeOrigin(id, 'hub'));
  const turns = fill(...ghosts.map((ghost, at) => [ghost, `g${at}1`, `g${at}2`] as const), [
    localOrigin,
    'a1',
    'a2',
    'a3',
  ]);
  expect([...inTurns(turns)]).toEqual([
    ...['g01', 'a1', 'g11', 'a2', 'g21', 'a3'],
    ...['g02', 'g12', 'g22'],
  ]);
});

it('does not let one that comes again and again pass one that waits', () => {
  const turns = fill([one, 'b1']);
  turns.add('a1', localOrigin);
  expect(turns.next()).toBe('b1');
  turns.add('b2', one);
  turns.add('b3', one);
  expect(turns.next()).toBe('a1');
  expect(turns.next()).toBe('b2');
  for (const again of ['a2', 'a3']) turns.add(again, localOrigin);
  expect(turns.next()).toBe('b3');
});

it('knows the place of each, and the first of a line', () => {
  const turns = fill([localOrigin, 'a1', 'a2', 'a3'], [one, 'b1']);
  const places = (): unknown => ['a1', 'a2', 'a3', 'b1'].map((item) => turns.placeOf(item));
  expect(places()).toEqual([1, 2, 3, 1]);
  expect(turns.remove('a2')).toBe(true);
  expect(turns.remove('a2')).toBe(false);
  expect(places()).toEqual([1, undefined, 2, 1]);
  expect([...turns.firstOf(localOrigin, 5)]).toEqual(['a1', 'a3']);
  expect([...turns.firstOf(localOrigin, 1)]).toEqual(['a1']);
  expect([...turns.firstOf(two, 1)]).toEqual([]);
});

it('while one waits and has nothing running, nobody else has two turns', () => {
  const origins = [localOrigin, one, two];
  const origin = fc.nat({ max: origins.length - 1 });
  const step = fc.record({
    what: fc.constantFrom('add', 'add', 'add', 'start', 'start', 'end', 'end', 'remove'),
    of: origin,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const turns = new OriginTurns<{ of: number }>();
      const waiting = origins.map((): { of: number }[] => []);
      const running = origins.map(() => 0);
      // turns of others since each has waited with nothing running
      const passedBy = origins.map(() => new Map<number, number>());
      for (const { what, of } of steps) {
        const from = origins[of] ?? localOrigin;
        if (what === 'add') {
          const item = { of };
          waiting[of]?.push(item);
          turns.add(item, from);
        } else if (what === 'remove') {
          const item = waiting[of]?.pop();
          if (item) expect(turns.remove(item)).toBe(true);
          if (waiting[of]?.length === 0) passedBy[of]?.clear();
        } else if (what === 'end' && (running[of] ?? 0) > 0) {
          running[of] = (running[of] ?? 0) - 1;
          turns.end(from);
        } else if (what === 'start') {
          const item = turns.next();
          expect(item === undefined).toBe(waiting.every(({ length }) => length === 0));
          if (item === undefined) continue;
          expect(waiting[item.of]?.shift()).toBe(item);
          turns.begin(origins[item.of] ?? localOrigin);
          running[item.of] = (running[item.of] ?? 0) + 1;
          passedBy[item.of]?.clear();
          for (const [at, counts] of passedBy.entries()) {
            if (at === item.of || waiting[at]?.length === 0 || (running[at] ?? 0) > 0) continue;
            counts.set(item.of, (counts.get(item.of) ?? 0) + 1);
            expect(counts.get(item.of)).toBeLessThanOrEqual(1);
          }
        }
        expect(turns.size).toBe(waiting.flat().length);
      }
    }),
    { numRuns: 300 },
  );
});
