import { expect, it } from 'vitest';
import { parseDuration } from './duration.js';

it.each([
  ['0', 0n],
  ['1h20m30s', 4_830_000_000_000n],
  ['1.5h', 5_400_000_000_000n],
  ['300ms', 300_000_000n],
  ['-1.5s', -1_500_000_000n],
  ['.5us', 500n],
  ['1µs2ns', 1_002n],
])('%s', (text, ns) => {
  expect(parseDuration(text)).toBe(ns);
});

it.each([
  ['', 'time: invalid duration ""'],
  ['10', 'time: missing unit in duration "10"'],
  ['1x', 'time: unknown unit "x" in duration "1x"'],
  ['s', 'time: invalid duration "s"'],
  ['1h-5m', 'time: unknown unit "h-" in duration "1h-5m"'],
  ['99999999999h', 'time: invalid duration "99999999999h"'],
])('refuses %j', (text, message) => {
  expect(() => parseDuration(text)).toThrow(message);
});
