import { expect, it } from 'vitest';
import { settled, VirtualClock } from './test-virtual-clock.js';
import { WokenLoop } from './woken-loop.js';

function loopOf(run: () => Promise<void>) {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const loop = new WokenLoop({
    clock,
    intervalMs: 1000,
    run,
    onError: (error) => errors.push(error),
  });
  return { clock, loop, errors };
}

it('does it at once, after each interval, and when it is woken', async () => {
  let times = 0;
  const { clock, loop } = loopOf(() => {
    times += 1;
    return Promise.resolve();
  });
  loop.start();
  await clock.advance(0);
  expect(times).toBe(1);
  await clock.advance(2000);
  expect(times).toBe(3);
  loop.wake();
  await clock.advance(0);
  expect(times).toBe(4);
  await loop.stop();
  await clock.advance(5000);
  expect(times).toBe(4);
});

it('does it once more for all who have woken it meanwhile, and never twice at a time', async () => {
  const ends: (() => void)[] = [];
  const { clock, loop } = loopOf(() => new Promise((resolve) => ends.push(resolve)));
  loop.start();
  await clock.advance(0);
  loop.wake();
  loop.wake();
  await clock.advance(3000);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await settled();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await settled();
  expect(ends).toHaveLength(2);
  await loop.stop();
});

it('goes on after a failure, which is told', async () => {
  let times = 0;
  const { clock, loop, errors } = loopOf(() => {
    times += 1;
    return Promise.reject(new Error(`failed ${times}`));
  });
  loop.start();
  await clock.advance(1000);
  await loop.stop();
  expect(errors.map(String)).toEqual(['Error: failed 1', 'Error: failed 2']);
});
