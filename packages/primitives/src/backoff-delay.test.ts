import { expect, it } from 'vitest';
import { backoffDelay } from './backoff-delay.js';

const bounds = { first: 100, longest: 20_000 };

it('doubles up to its bound, and takes a half to all of it', () => {
  const most = [1, 2, 3, 8, 9, 1000].map((failures) => backoffDelay(bounds, failures, 1));
  expect(most).toEqual([100, 200, 400, 12_800, 20_000, 20_000]);
  expect(backoffDelay(bounds, 3, 0)).toBe(200);
  expect(backoffDelay(bounds, 3, 0.5)).toBe(300);
});

it('grows by another factor where one is given', () => {
  expect(backoffDelay({ first: 200, longest: 30_000, factor: 1.5 }, 2, 1)).toBe(300);
});
