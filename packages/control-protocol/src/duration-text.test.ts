import { expect, it } from 'vitest';
import { durationText } from './duration-text.js';

it.each([
  [0, '0s'],
  [999, '999ns'],
  [1_000, '1µs'],
  [285_713, '285.713µs'],
  [1_500_000, '1.5ms'],
  [1_000_000_000, '1s'],
  [62_500_000_000n, '1m2.5s'],
  [7_200_000_000_000n, '2h0m0s'],
  [3_661_000_000_001n, '1h1m1.000000001s'],
  [-1_500_000, '-1.5ms'],
])('%s ns is %s', (timeNs, text) => {
  expect(durationText(timeNs)).toBe(text);
});
