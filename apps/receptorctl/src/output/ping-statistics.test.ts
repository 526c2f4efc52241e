import { expect, it } from 'vitest';
import { pingStatistics } from './ping-statistics.js';

it('counts what was lost, and gives least, middle, mean and greatest time', () => {
  expect(pingStatistics('far', 4, [3_000_000, 1_000_000, 1_100_000])).toBe(
    'far: 4 sent, 3 received, 25% lost; min 1ms, median 1.1ms, mean 1.7ms, max 3ms',
  );
  expect(pingStatistics('far', 1, [285_713])).toBe(
    'far: 1 sent, 1 received, 0% lost; min 285.713µs, median 285.713µs, mean 285.713µs, max 285.713µs',
  );
});

it('gives no times where nothing came back', () => {
  expect(pingStatistics('far', 3, [])).toBe('far: 3 sent, 0 received, 100% lost');
});
