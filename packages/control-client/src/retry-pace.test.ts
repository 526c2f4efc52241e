import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { retryDelayMs, RetryPace } from './retry-pace.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('grows, is capped, and is spread over half its length', () => {
  expect(retryDelayMs(0, 0)).toBe(100);
  expect(retryDelayMs(0, 1)).toBe(200);
  expect(retryDelayMs(1, 1)).toBe(300);
  expect(retryDelayMs(1_000_000, 1)).toBe(30_000);
});

it('waits its time', async () => {
  const wait = new RetryPace().wait(new AbortController().signal);
  await vi.advanceTimersByTimeAsync(200);
  await wait;
});

it('ends a wait at once when hurried, also when hurried before', async () => {
  const pace = new RetryPace();
  const { signal } = new AbortController();
  const wait = pace.wait(signal);
  pace.hurry();
  await wait;
  pace.hurry();
  await pace.wait(signal);
});

it('ends a wait when aborted', async () => {
  const abort = new AbortController();
  const wait = new RetryPace().wait(abort.signal);
  abort.abort();
  await wait;
});
