import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@receptorjs/runner-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Delivery, type Carrier } from './delivery.js';
import { EventPluginError } from './errors.js';
import type { Message } from './message.js';
import { Spool } from './spool.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'delivery-'));
  vi.useFakeTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(root, { recursive: true, force: true });
});

const LIMITS = { timeoutMs: 1000, drainMs: 5000, spoolBytes: 1e6 };

/** A carrier that does what the test orders, attempt by attempt; without orders it takes everything but poison. */
function open(
  orders: ((message: Message, signal: AbortSignal) => Promise<void>)[],
  window = 1,
  poison: string[] = [],
) {
  const taken: string[] = [];
  const attempts: number[] = [];
  let closed = 0;
  const carrier: Carrier = {
    send: async (message, signal) => {
      attempts.push(Date.now());
      if (poison.includes(message.id)) throw new Error('poison');
      await orders.shift()?.(message, signal);
      taken.push(message.id);
    },
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const spool = new Spool({ folder: join(root, 'x', 'y'), limitBytes: LIMITS.spoolBytes });
  const sink = new Delivery({
    plugin: 'p',
    target: 't',
    carrier,
    spool,
    limits: LIMITS,
    window,
    secrets: ['canary'],
    random: () => 1,
  });
  const event = (counter: number) => {
    const json = JSON.stringify({ uuid: `u${counter}`, counter, runner_ident: 'r' });
    sink.event(JSON.parse(json) as RunEvent, json);
  };
  return { sink, carrier, event, taken, attempts, closedTimes: () => closed };
}
const fail = (error: Error) => () => Promise.reject(error);
const never = () => new Promise<void>(() => undefined);
const summary = {
  plugin: 'p',
  target: 't',
  undelivered: 0,
  dropped: 0,
  retries: 0,
  deliveredEarlier: 0,
};

describe('Delivery', () => {
  it('delivers what it is given while the run lasts', async () => {
    const { sink, event, taken, closedTimes } = open([]);
    sink.status({ status: 'running', runner_ident: 'r' }, '{}');
    event(1);
    event(2);
    await vi.advanceTimersByTimeAsync(0);
    expect(taken).toEqual([
      expect.stringMatching(/^r\/status-1-[\da-f-]{36}$/),
      'r/1-u1',
      'r/2-u2',
    ]);
    expect(await sink.close()).toEqual({ ...summary, delivered: 3 });
    expect(closedTimes()).toBe(1);
  });

  it('tries again after a growing wait, from the message that failed', async () => {
    const down = fail(new Error('down'));
    const { sink, event, taken, attempts } = open([down, down, down, down]);
    event(1);
    event(2);
    await vi.advanceTimersByTimeAsync(10_000);
    const waits = attempts.slice(1, 5).map((at, index) => at - (attempts[index] ?? 0));
    expect(waits).toEqual([200, 400, 800, 1600]);
    expect(taken).toEqual(['r/1-u1', 'r/2-u2']);
    expect(await sink.close()).toEqual({ ...summary, delivered: 2, retries: 4, lastError: 'down' });
  });

  it('does not try again what is refused, and counts it', async () => {
    const { sink, event, taken } = open([fail(new EventPluginError('refused', 'too long'))]);
    event(1);
    event(2);
    expect(await sink.close()).toEqual({
      ...summary,
      delivered: 1,
      dropped: 1,
      lastError: 'too long',
    });
    expect(taken).toEqual(['r/2-u2']);
  });

  it('waits no longer where there is progress', async () => {
    const fine = () => Promise.resolve();
    const down = fail(new Error('down'));
    const { sink, event, taken } = open([fine, down, fine, down, fine, down, fine, down], 2);
    for (const counter of [1, 2, 3, 4, 5]) event(counter);
    await vi.advanceTimersByTimeAsync(4 * 200);
    expect(taken).toHaveLength(5);
    expect(await sink.close()).toMatchObject({ delivered: 5, retries: 4 });
  });

  it('takes what a carrier throws at once for a failed attempt', async () => {
    const { sink, carrier, event, taken } = open([]);
    const thrown = vi.spyOn(carrier, 'send').mockImplementationOnce(() => {
      throw new Error('at once');
    });
    event(1);
    await vi.advanceTimersByTimeAsync(200);
    expect([thrown.mock.calls.length, taken]).toEqual([2, ['r/1-u1']]);
    expect(await sink.close()).toMatchObject({ delivered: 1, lastError: 'at once' });
  });

  it('is not held back by what an earlier run could not deliver', async () => {
    const stuck = open([], 1, ['r/1-u1']);
    stuck.event(1);
    stuck.event(2);
    const ended = stuck.sink.close();
    await vi.advanceTimersByTimeAsync(6000);
    expect(await ended).toMatchObject({ delivered: 0, undelivered: 2 });
    const next = open([], 1, ['r/1-u1']);
    next.event(3);
    await vi.advanceTimersByTimeAsync(60_000);
    next.event(4);
    await vi.advanceTimersByTimeAsync(0);
    expect(next.taken).toEqual(['r/3-u3', 'r/4-u4']);
    const end = next.sink.close();
    await vi.advanceTimersByTimeAsync(6000);
    expect(await end).toMatchObject({ delivered: 2, undelivered: 2, dropped: 0 });
  });

  it('has on disk what waits, so that it outlives the process', async () => {
    const { event } = open([never, never, never]);
    event(1);
    event(2);
    await vi.advanceTimersByTimeAsync(2000);
    const [file = ''] = await readdir(join(root, 'x', 'y'));
    const content = await readFile(join(root, 'x', 'y', file), 'utf8');
    expect(content.match(/^\["r\/\d/gm)).toHaveLength(2);
  });

  it('gives up on an attempt that takes too long, and tells it', async () => {
    let aborted = false;
    const { sink, event, taken } = open([
      (_, signal) => {
        signal.addEventListener('abort', () => (aborted = true));
        return never();
      },
    ]);
    event(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1 + 200);
    expect([aborted, taken]).toEqual([true, ['r/1-u1']]);
    expect(await sink.close()).toMatchObject({ retries: 1, lastError: 'no answer within 1 s' });
  });

  it('sends a window at once and goes back to the first that failed', async () => {
    const fine = () => Promise.resolve();
    const down = fail(new Error('down'));
    const { sink, event, taken } = open([fine, down, down], 3);
    for (const counter of [1, 2, 3, 4]) event(counter);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(taken).toEqual(['r/1-u1', 'r/2-u2', 'r/3-u3', 'r/4-u4']);
    expect(await sink.close()).toMatchObject({ delivered: 4, retries: 1 });
  });

  it('ends when its time is over, whatever the carrier does, and keeps the rest', async () => {
    const { sink, event } = open([never, never, never, never, never, never, never]);
    event(1);
    event(2);
    const ended = vi.fn();
    const closing = sink.close().then((result) => (ended(), result));
    await vi.advanceTimersByTimeAsync(4999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1 + 1000);
    expect(await closing).toMatchObject({ delivered: 0, undelivered: 2, dropped: 0 });
  });

  it('at the end of the run, tries at once what it was waiting to try', async () => {
    const down = fail(new Error('down'));
    const { sink, event, attempts } = open([down, down, down, down, down, down, down, down]);
    event(1);
    await vi.advanceTimersByTimeAsync(30_000);
    const before = attempts.length;
    const closing = sink.close();
    await vi.advanceTimersByTimeAsync(0);
    expect(attempts).toHaveLength(before + 1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await closing).toMatchObject({ delivered: 1, undelivered: 0 });
  });

  it('keeps secrets out of what it reports', async () => {
    const { sink, event } = open([fail(new Error('canary refused'))]);
    event(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect((await sink.close()).lastError).toBe('********** refused');
  });
});
