import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DeliverySummary, EventPlugin, EventSink } from './event-plugins.js';
import type { RunEvent } from './events.js';
import { PluginSinks } from './plugin-sinks.js';

const summary: DeliverySummary = {
  plugin: 'p',
  target: 'there',
  delivered: 1,
  undelivered: 0,
  dropped: 0,
  retries: 0,
  deliveredEarlier: 0,
};
const event = { counter: 1 } as RunEvent;

function set(settings: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  const warnings: string[] = [];
  const context = {
    ident: 'r',
    settings,
    env,
    artifactDir: '/none/r',
    artifactRoot: '/none',
    warn: (sentence: string) => void warnings.push(sentence),
  };
  return { warnings, open: (...plugins: EventPlugin[]) => PluginSinks.open(plugins, context) };
}

function sink(taken: string[], members: Partial<EventSink> = {}): EventSink {
  return {
    status: (_, json) => void taken.push(json),
    event: (_, json) => void taken.push(json),
    close: () => Promise.resolve(summary),
    ...members,
  };
}

const plugin = (name: string, opened: EventSink | undefined | Error): EventPlugin => ({
  name,
  open: () => (opened instanceof Error ? Promise.reject(opened) : Promise.resolve(opened)),
});

afterEach(() => {
  vi.useRealTimers();
});

describe('PluginSinks', () => {
  it('hands statuses and events to the sinks that were opened, as text that is to be sent', async () => {
    const taken: string[] = [];
    const sinks = await set().open(plugin('a', undefined), plugin('b', sink(taken)));
    sinks.status({ status: 'running', runner_ident: 'r' });
    sinks.event(event, '{"counter": 1}');
    expect(taken).toEqual(['{"status": "running", "runner_ident": "r"}', '{"counter": 1}']);
    expect(await sinks.close()).toEqual([summary]);
  });

  it('runner 34: goes on without a plugin that fails when it is opened, and says so', async () => {
    const { open, warnings } = set();
    const taken: string[] = [];
    const sinks = await open(plugin('bad', new Error('no socket')), plugin('good', sink(taken)));
    sinks.event(event, 'x');
    expect(taken).toEqual(['x']);
    expect(warnings).toEqual([
      "The event plugin bad can't be used, the run goes on without it: no socket",
    ]);
  });

  it('runner 34: goes on without a plugin that does not open, and closes what it opens too late', async () => {
    vi.useFakeTimers();
    const { open, warnings } = set();
    const close = vi.fn(() => Promise.resolve(summary));
    const minute = () =>
      new Promise<EventSink>((resolve) => setTimeout(() => resolve(sink([], { close })), 60_000));
    const opened = open({ name: 'slow', open: minute });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await (await opened).close()).toEqual([]);
    expect(warnings[0]).toMatch(/slow .* it did not open within 30 seconds/);
    expect(close).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(close).toHaveBeenCalledOnce();
  });

  it('refuses the run for settings that can not be used, and closes the other sinks', async () => {
    let closed = 0;
    const other = sink([], { close: () => Promise.resolve((closed++, summary)) });
    const refusal = Object.assign(new Error('runner_http_url'), { code: 'configuration' });
    await expect(set().open(plugin('a', other), plugin('b', refusal))).rejects.toBe(refusal);
    expect(closed).toBe(1);
  });

  it('runner 34: a sink that throws gets no more, the others do', async () => {
    const { open, warnings } = set();
    const taken: string[] = [];
    let calls = 0;
    const bad = sink([], {
      event: () => {
        calls++;
        throw new Error('boom');
      },
    });
    const sinks = await open(plugin('bad', bad), plugin('good', sink(taken)));
    sinks.event(event, '1');
    sinks.event(event, '2');
    expect([calls, taken]).toEqual([1, ['1', '2']]);
    expect(warnings).toEqual(['The event plugin bad failed and gets no more of this run: boom']);
    expect((await sinks.close())[0]).toMatchObject({ lastError: 'boom' });
  });

  it('runner 34: a sink that fails at its end is told of and counts as having lost what it got', async () => {
    const { open, warnings } = set();
    const close = () => Promise.reject(new Error('late'));
    const sinks = await open(plugin('bad', sink([], { close })));
    sinks.event(event, '1');
    expect(await sinks.close()).toMatchObject([{ plugin: 'bad', dropped: 1, lastError: 'late' }]);
    expect(warnings).toEqual(['The event plugin bad failed at its end: late']);
  });

  it('runner 17: variables whose names speak of secrets are not sent, whoever reports them', async () => {
    const taken: string[] = [];
    const sinks = await set().open(plugin('a', sink(taken)));
    sinks.status({
      status: 'starting',
      runner_ident: 'r',
      command: [],
      cwd: '/',
      env: { CLOUD_SECRET: 'canary', MINE: '1' },
    });
    expect(JSON.parse(taken[0] ?? '')).toMatchObject({
      env: { CLOUD_SECRET: '**********', MINE: '1' },
    });
  });
});
