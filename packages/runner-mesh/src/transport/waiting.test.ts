import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReconnectingClient } from './reconnecting-client.js';
import { ReachWatch } from './reach-watch.js';
import { transportTo } from './test-transport.js';
import { limitText, reportWaiting } from './waiting.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what is waited for', () => {
  it('is said after a second, and never for what is over before', async () => {
    const said: string[] = [];
    const tell = (sentence: string) => said.push(sentence);
    expect(await reportWaiting('nothing', tell, () => Promise.resolve(1))).toBe(1);
    let done: (() => void) | undefined;
    const waiting = reportWaiting(
      'far',
      tell,
      () => new Promise<void>((resolve) => (done = resolve)),
    );
    await vi.advanceTimersByTimeAsync(999);
    expect(said).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(said).toEqual(['Waiting for far.']);
    done?.();
    await waiting;
    await vi.advanceTimersByTimeAsync(5000);
    expect(said).toHaveLength(1);
  });

  it.each([
    [15_000, '15 s'],
    [300_000, '5 min'],
    [3_600_000, '60 min'],
    [86_400_000, '24 h'],
  ])('%i ms read %s', (ms, text) => {
    expect(limitText(ms)).toBe(text);
  });

  it('is a node that does not answer, and that it answers again', async () => {
    const said: string[] = [];
    let there = false;
    const transport = transportTo(
      () => undefined,
      () => there,
    );
    const reconnectingClient = new ReconnectingClient('far', transport, {
      firstMs: 15_000,
      lostMs: 15_000,
      onWaiting: (sentence) => said.push(sentence),
    });
    const asked = reconnectingClient.withConnection(new AbortController().signal, (client) =>
      client.nodeId(),
    );
    await vi.advanceTimersByTimeAsync(1000);
    expect(said).toEqual(['Waiting for far to answer (up to 15 s): nobody is there']);
    there = true;
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await asked).toBe('far');
    expect(said.slice(1)).toEqual(['far answers again.']);
    reconnectingClient.close();
  });
});

describe('a watch over a node whose job is followed', () => {
  it('looks only while there is no output, and says once that there is no way and that there is one again', async () => {
    const said: string[] = [];
    let looks = 0;
    let reachable = true;
    const isReachable = () => {
      looks += 1;
      return Promise.resolve(reachable);
    };
    const watch = new ReachWatch({
      node: 'far',
      transport: { isReachable },
      onWaiting: (sentence) => said.push(sentence),
    });
    for (let second = 0; second < 5; second += 1) {
      watch.markAlive();
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(looks).toBe(0);
    await vi.advanceTimersByTimeAsync(3000);
    expect([looks, said]).toEqual([3, []]);
    reachable = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(said).toEqual([
      "Waiting for a route to far: it can't be reached now; the job goes on there.",
    ]);
    reachable = true;
    await vi.advanceTimersByTimeAsync(1000);
    expect(said.slice(1)).toEqual(['far can be reached again.']);
    watch.close();
    reachable = false;
    await vi.advanceTimersByTimeAsync(5000);
    expect(said).toHaveLength(2);
  });
});
