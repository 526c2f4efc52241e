import { expect, it } from 'vitest';
import { VirtualClock } from './test-virtual-clock.js';
import { withTimeLimit } from './time-limit.js';

const untilOver = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

it('ends what takes too long, and what is not wanted any more', async () => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  const slow = withTimeLimit(clock, 5_000, signal, untilOver);
  const failed = expect(slow).rejects.toThrow('it took more than 5 s');
  await clock.advance(5_000);
  await failed;
  const over = new AbortController();
  const unwanted = withTimeLimit(clock, 5_000, over.signal, untilOver);
  over.abort(new Error('over'));
  await expect(unwanted).rejects.toThrow('over');
});

it('what is done in time is done', async () => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  let seen: AbortSignal | undefined;
  const done = withTimeLimit(clock, 5_000, signal, (limited) => {
    seen = limited;
    return Promise.resolve('done');
  });
  expect(await done).toBe('done');
  await clock.advance(10_000);
  expect(seen?.aborted).toBe(false);
});
