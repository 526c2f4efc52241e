import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pendingInTime } from './pending-in-time.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** An ending that takes so long, and then fails where an error is given. */
const after = (ms: number, error?: Error): Promise<'done'> =>
  new Promise((resolve, reject) => {
    setTimeout(() => (error ? reject(error) : resolve('done')), ms);
  });

it.each([
  [0, 'done'],
  [4_499, 'done'],
  [4_501, 'pending'],
])('an ending of %d ms is %s', async (ms, outcome) => {
  const answer = pendingInTime(after(ms), () => undefined);
  await vi.advanceTimersByTimeAsync(4_500);
  expect(await answer).toBe(outcome);
  expect(vi.getTimerCount()).toBe(outcome === 'done' ? 0 : 1);
});

it('a failure is the answer in time, and told after it', async () => {
  const late = vi.fn();
  const early = expect(pendingInTime(after(10, new Error('no')), late)).rejects.toThrow('no');
  const answer = pendingInTime(after(9_000, new Error('late')), late);
  await vi.advanceTimersByTimeAsync(4_500);
  await early;
  expect(await answer).toBe('pending');
  expect(late).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(4_500);
  expect(late).toHaveBeenCalledExactlyOnceWith(new Error('late'));
});
