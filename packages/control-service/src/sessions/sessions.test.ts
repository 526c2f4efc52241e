import { addressOrigin, localOrigin, nodeOrigin, type Origin } from '@receptorjs/quotas';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Sessions } from './sessions.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const far = nodeOrigin('far', 'far');

function open(sessions: Sessions, origin: Origin) {
  const stream = new PassThrough();
  const place = sessions.admit(stream, origin);
  return { stream, place };
}

it('keeps a part for the local socket, and one for other nodes, whatever one node opens', () => {
  const sessions = new Sessions({ total: 64, firstRequestMs: 60_000 });
  const busy = Array.from({ length: 100 }, () => {
    const session = open(sessions, far);
    session.place?.hasRequest();
    return session;
  });
  expect(busy.filter(({ place }) => place !== undefined)).toHaveLength(45);
  const others = Array.from({ length: 40 }, (_, at) => {
    const { place } = open(sessions, addressOrigin(`192.0.2.${at}`));
    place?.hasRequest();
    return place;
  });
  expect(others.filter((place) => place !== undefined)).toHaveLength(15);
  for (let at = 0; at < 4; at += 1) {
    const { place } = open(sessions, localOrigin);
    expect(place).toBeDefined();
    place?.hasRequest();
  }
  expect(open(sessions, localOrigin).place).toBeUndefined();
});

it('has silent connections of whoever has most give way, the oldest first', () => {
  const sessions = new Sessions({ total: 16, firstRequestMs: 60_000 });
  const silent = Array.from({ length: 16 }, () => open(sessions, localOrigin));
  const operator = open(sessions, localOrigin);
  expect(operator.place).toBeDefined();
  expect(silent.map(({ stream }) => stream.destroyed)).toEqual([
    true,
    ...Array.from({ length: 15 }, () => false),
  ]);
});

it('leaves a connection its place that has just been answered, and not for ever', () => {
  const sessions = new Sessions({ total: 1, firstRequestMs: 60_000 });
  const first = open(sessions, localOrigin);
  first.place?.hasRequest();
  first.place?.waits();
  expect(open(sessions, localOrigin).place).toBeUndefined();
  vi.advanceTimersByTime(5_000);
  expect(open(sessions, localOrigin).place).toBeDefined();
  expect(first.stream.destroyed).toBe(true);
});

it('closes a connection that asks for nothing', () => {
  const sessions = new Sessions({ total: 4, firstRequestMs: 60_000 });
  const silent = open(sessions, far);
  const asks = open(sessions, far);
  asks.place?.hasRequest();
  asks.place?.waits();
  vi.advanceTimersByTime(60_000);
  expect([silent.stream.destroyed, asks.stream.destroyed]).toEqual([true, false]);
});

it('gives a place back once, however a connection ends', async () => {
  const sessions = new Sessions({ total: 1, firstRequestMs: 60_000 });
  for (let at = 0; at < 3; at += 1) {
    const { stream, place } = open(sessions, far);
    expect(place).toBeDefined();
    place?.hasRequest();
    sessions.end(stream);
    stream.destroy();
    await Promise.resolve();
  }
});

it('has silent ones of any node give way, though another has more', () => {
  const sessions = new Sessions({ total: 64, firstRequestMs: 60_000 });
  for (let at = 0; at < 45; at += 1) open(sessions, far).place?.hasRequest();
  const silent = Array.from({ length: 15 }, () => open(sessions, nodeOrigin('second', 'second')));
  expect(open(sessions, nodeOrigin('third', 'third')).place).toBeDefined();
  expect(silent.filter(({ stream }) => stream.destroyed)).toEqual([silent[0]]);
});

it('has a submission give way whose stdin does not come, and none whose stdin does', () => {
  const sessions = new Sessions({ total: 2, firstRequestMs: 60_000 });
  const [stalled, sends] = [open(sessions, localOrigin), open(sessions, localOrigin)];
  for (const { place } of [stalled, sends]) {
    place?.hasRequest();
    place?.waitsForStdin();
  }
  vi.advanceTimersByTime(29_999);
  expect(open(sessions, localOrigin).place).toBeUndefined();
  sends.place?.waitsForStdin();
  vi.advanceTimersByTime(1);
  expect(open(sessions, localOrigin).place).toBeDefined();
  expect([stalled.stream.destroyed, sends.stream.destroyed]).toEqual([true, false]);
});
