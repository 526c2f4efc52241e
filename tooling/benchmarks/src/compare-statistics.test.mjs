import { expect, it } from 'vitest';
import { chance, change, median } from './compare-statistics.mjs';

it('takes medians of odd and even numbers of values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

it('counts how often chance would deal so', () => {
  // of the 252 ways to deal ten values out, two are as far apart as can be
  expect(chance([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(2 / 252);
  expect(chance([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])).toBeCloseTo(2 / 252);
  expect(chance([1, 1, 1], [1, 1, 1])).toBe(1);
});

it('tells a change from noise and from what is too small to matter', () => {
  expect(change([10, 11, 9, 10, 12], [20, 21, 19, 22, 20])).toMatchObject({
    ratio: 2,
    differs: true,
  });
  expect(change([10, 11, 9, 10, 12], [11, 10, 12, 9, 10]).differs).toBe(false);
  expect(change([100, 100.1, 100.2, 100.3, 100.4], [101, 101.1, 101.2, 101.3, 101.4]).differs).toBe(
    false,
  );
});
