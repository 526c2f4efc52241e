import { expect, it } from 'vitest';
import { RequestLimit } from './request-limit.js';

it('lets a burst go at once, and then so many a second', () => {
  let now = 0;
  const limit = new RequestLimit({ qps: 10, burst: 3 }, () => now);
  expect([limit.due(), limit.due(), limit.due(), limit.due(), limit.due()]).toEqual([
    0, 0, 0, 100, 200,
  ]);
  now = 200;
  expect(limit.due()).toBe(100);
  now = 10_000;
  expect([limit.due(), limit.due(), limit.due(), limit.due()]).toEqual([0, 0, 0, 100]);
});

it('a burst is ten times as much unless told', () => {
  const limit = new RequestLimit({ qps: 1 }, () => 0);
  expect(Array.from({ length: 11 }, () => limit.due())).toEqual([
    ...Array<number>(10).fill(0),
    1_000,
  ]);
});

it('zero and less are what the client library of the original makes of them', () => {
  const zero = new RequestLimit({ qps: 0 }, () => 0);
  expect(Array.from({ length: 11 }, () => zero.due()).at(-1)).toBe(200);
  const less = new RequestLimit({ qps: -1 }, () => 0);
  for (let n = 0; n < 2_000; n++) expect(less.due()).toBe(0);
});

it('a wait for longer than a timer has is a wait', async () => {
  const limit = new RequestLimit({ qps: 1e-9, burst: 1 });
  await limit.take();
  const controller = new AbortController();
  const waiting = limit.take(controller.signal);
  setTimeout(() => {
    controller.abort();
  }, 20);
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

it('who goes away leaves their turn to those behind', async () => {
  const limit = new RequestLimit({ qps: 10, burst: 1 }, () => 0);
  await limit.take();
  const controller = new AbortController();
  const waiting = limit.take(controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  expect(limit.due()).toBe(100);
});

it('can be off, and can refuse everything', async () => {
  const always = new RequestLimit({ qps: 1, burst: 1, rateLimiter: 'always' });
  for (let n = 0; n < 100; n++) expect(always.due()).toBe(0);
  await expect(new RequestLimit({ rateLimiter: 'never' }).take()).rejects.toMatchObject({
    code: 'bad-config',
  });
});

it('who waits can go away', async () => {
  const limit = new RequestLimit({ qps: 0.001, burst: 1 });
  await limit.take();
  const controller = new AbortController();
  const waiting = limit.take(controller.signal);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
