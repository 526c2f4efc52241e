import { describe, expect, it } from 'vitest';
import { redialDelay } from './redial-delay.js';

describe('the wait before a redial', () => {
  it('doubles up to 20 s', () => {
    const waits = [1, 2, 3, 8, 9, 100].map((failures) => redialDelay(failures, 1));
    expect(waits).toEqual([100, 200, 400, 12_800, 20_000, 20_000]);
  });

  it('is longer after a reject, and doubles up to 40 s', () => {
    const waits = [1, 2, 3, 4, 100].map((rejects) => redialDelay(rejects, 1, 'rejected'));
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 40_000]);
  });

  it('is spread over its upper half', () => {
    expect(redialDelay(5, 0)).toBe(redialDelay(5, 1) / 2);
  });
});
