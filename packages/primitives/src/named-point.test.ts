import { expect, it } from 'vitest';
import { armedPoint, point } from './named-point.js';

function crashesOf(armed: string | undefined, names: readonly string[]): number {
  let crashes = 0;
  const at = armedPoint(armed, () => (crashes += 1));
  for (const name of names) at(name);
  return crashes;
}

it('is nothing unless it was armed when the process was started', () => {
  expect(crashesOf(undefined, ['a', 'undefined', ''])).toBe(0);
  process.env['RECEPTORJS_STOP_AT'] = 'a';
  point('a');
  delete process.env['RECEPTORJS_STOP_AT'];
});

it('crashes once, at the point of that name, the time that it was told', () => {
  expect(crashesOf('a', ['b', 'aa', ''])).toBe(0);
  expect(crashesOf('a', ['b', 'a', 'a'])).toBe(1);
  expect(crashesOf('a#3', ['a', 'b', 'a'])).toBe(0);
  expect(crashesOf('a#3', ['a', 'a', 'a', 'a'])).toBe(1);
  expect(crashesOf('a#x', ['a', 'a'])).toBe(0);
});
