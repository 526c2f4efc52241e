import { expect, it } from 'vitest';
import { seededRandom } from './seeded-random.mjs';

const first = (/** @type {number} */ seed) => {
  const random = seededRandom(seed);
  return Array.from({ length: 1000 }, random);
};

it('follows from the seed', () => {
  expect(first(7)).toEqual(first(7));
  expect(first(7)).not.toEqual(first(8));
});

it('lies between 0 and 1, all over', () => {
  const numbers = first(1);
  for (const number of numbers) {
    expect(number).toBeGreaterThanOrEqual(0);
    expect(number).toBeLessThan(1);
  }
  for (let part = 0; part < 10; part += 1)
    expect(numbers.filter((number) => Math.floor(number * 10) === part).length).toBeGreaterThan(50);
});
