import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Backoff } from './backoff.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('waits longer each time, and as short as at first after a reset', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  const backoff = new Backoff();
  const waits: number[] = [];
  const { signal } = new AbortController();
  for (let attempt = 0; attempt < 20; attempt++) {
    const start = Date.now();
    const wait = backoff.wait(signal).then(() => waits.push(Date.now() - start));
    await vi.runOnlyPendingTimersAsync();
    await wait;
    if (attempt === 17) backoff.reset();
  }
  expect([...waits.slice(0, 3), ...waits.slice(16)]).toEqual([
    200, 300, 450, 30_000, 30_000, 200, 300,
  ]);
  vi.restoreAllMocks();
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
