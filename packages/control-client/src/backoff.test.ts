import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { backoffDelayMs, Backoff } from './backoff.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('grows, is capped, and is spread over half its length', () => {
  expect(backoffDelayMs(0, 0)).toBe(100);
  expect(backoffDelayMs(0, 1)).toBe(200);
  expect(backoffDelayMs(1, 1)).toBe(300);
  expect(backoffDelayMs(1_000_000, 1)).toBe(30_000);
});

it('waits its time', async () => {
  const wait = new Backoff().wait(new AbortController().signal);
  await vi.advanceTimersByTimeAsync(200);
  await wait;
});

it('ends a wait at once when hurried, also when hurried before', async () => {
  const backoff = new Backoff();
  const { signal } = new AbortController();
  const wait = backoff.wait(signal);
  backoff.skip();
  await wait;
  backoff.skip();
  await backoff.wait(signal);
});

it('ends a wait when aborted', async () => {
  const abort = new AbortController();
  const wait = new Backoff().wait(abort.signal);
  abort.abort();
  await wait;
});
