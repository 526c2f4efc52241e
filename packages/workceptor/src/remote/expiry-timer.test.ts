import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ExpiryTimer } from './expiry-timer.js';

const DAY_MS = 86_400_000;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('calls back once at its time, also beyond what one timer can wait', () => {
  const expired = vi.fn();
  new ExpiryTimer().start(Date.now() + 40 * DAY_MS, expired);
  vi.advanceTimersByTime(40 * DAY_MS - 1);
  expect(expired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(expired).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('calls back at once for a time that has passed, and not at all once stopped', () => {
  const [late, stopped] = [vi.fn(), vi.fn()];
  new ExpiryTimer().start(Date.now() - 1, late);
  expect(late).toHaveBeenCalledTimes(1);
  const timer = new ExpiryTimer();
  timer.start(Date.now() + DAY_MS, stopped);
  timer.stop();
  vi.advanceTimersByTime(2 * DAY_MS);
  expect(stopped).not.toHaveBeenCalled();
});
