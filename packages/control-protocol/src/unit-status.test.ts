import { expect, it } from 'vitest';
import { isFinal } from './unit-status.js';

it('D4: Canceled is a final state', () => {
  expect([0, 1, 2, 3, 4].map((state) => isFinal(state as 0))).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});
