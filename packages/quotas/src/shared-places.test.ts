import { expect, it } from 'vitest';
import { addressOrigin, localOrigin, nodeOrigin } from './origin.js';
import { SharedPlaces, type PlaceAnswer } from './shared-places.js';

const bounds = { total: 64, perOrigin: 45, reserved: 4 };
const busy = { idleSince: () => undefined, giveWay: () => undefined };
const isTaken = (answer: PlaceAnswer): boolean => 'leave' in answer;

it('finds what is idle, whichever origin has the most', () => {
  const places = new SharedPlaces(bounds);
  for (let at = 0; at < 45; at += 1) places.take(nodeOrigin('one', 'one'), busy);
  const gone: number[] = [];
  for (let at = 0; at < 15; at += 1) {
    places.take(nodeOrigin('two', 'two'), {
      idleSince: () => 100 - at,
      giveWay: () => gone.push(at),
    });
  }
  expect(isTaken(places.take(nodeOrigin('three', 'three'), busy))).toBe(true);
  // the smallest number is the longest time
  expect(gone).toEqual([14]);
  expect(places.take(nodeOrigin('one', 'one'), busy)).toEqual({ refused: 'origin-full' });
  expect(gone).toEqual([14]);
});

it('lets nothing local give way to others, whose places are not those', () => {
  const places = new SharedPlaces(bounds);
  let gone = 0;
  const idle = { idleSince: () => 0, giveWay: () => (gone += 1) };
  for (let at = 0; at < 64; at += 1) places.take(localOrigin, idle);
  expect(places.take(addressOrigin('192.0.2.1'), busy)).toEqual({ refused: 'full' });
  expect(gone).toBe(0);
  expect(isTaken(places.take(localOrigin, busy))).toBe(true);
  expect(gone).toBe(1);
});

it('lets those over the link with the most give way, however few each of them has', () => {
  const places = new SharedPlaces(bounds);
  const gone: string[] = [];
  const idle = (who: string) => ({ idleSince: () => 0, giveWay: () => void gone.push(who) });
  for (let at = 0; at < 7; at += 1) places.take(nodeOrigin('honest', 'y'), idle('honest'));
  for (let at = 0; at < 200; at += 1)
    places.take(nodeOrigin(`ghost ${at}`, 'x'), idle(`ghost ${at}`));
  places.take(nodeOrigin('third', 'z'), busy);
  expect(gone).not.toContain('honest');
  expect(places.heldBy(nodeOrigin('honest', 'y'))).toBe(7);
  // what is busy over one link leaves room for others
  const full = new SharedPlaces(bounds);
  const taken = Array.from({ length: 100 }, (_, at) =>
    isTaken(full.take(nodeOrigin(`ghost ${at}`, 'x'), busy)),
  ).filter(Boolean);
  expect(taken).toHaveLength(53);
  expect(full.take(nodeOrigin('ghost', 'x'), busy)).toEqual({ refused: 'link-full' });
  expect(isTaken(full.take(nodeOrigin('other', 'y'), busy))).toBe(true);
});

it('counts who leaves twice, or has given way, once', () => {
  const places = new SharedPlaces({ total: 1, perOrigin: 1 });
  const one = nodeOrigin('one', 'one');
  const first = places.take(one, { idleSince: () => 0, giveWay: () => undefined });
  const second = places.take(one, busy);
  if ('leave' in first) first.leave();
  expect(places.heldBy(one)).toBe(1);
  if ('leave' in second) for (let at = 0; at < 2; at += 1) second.leave();
  expect(places.heldBy(one)).toBe(0);
  expect(isTaken(places.take(nodeOrigin('two', 'two'), busy))).toBe(true);
});
