import type { DeliverySummary, EventPlugin, EventSink, RunEvent } from '@receptorjs/runner-core';
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Relay, type RelayMode } from './relay.js';

/** What the suite needs of a test framework; vitest, jest and node:test have it. */
export interface TestFrame {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Adds a test. */
  readonly it: (name: string, body: () => Promise<void>) => unknown;
}

/** A message as a receiver got it. */
export interface TakenMessage {
  /** The id, where the protocol carries one. */
  readonly id?: string;
  readonly body: string;
}

/** A receiver that runs. */
export interface TestReceiver {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /** Stops it; resolves when its port is free. */
  close(): Promise<void>;
}

/** A plugin and how to test it. */
export interface PluginUnderTest {
  readonly plugin: EventPlugin;
  /** Beginning of its settings, such as `runner_http`. */
  readonly prefix: string;
  /** Settings with which it delivers to a port of 127.0.0.1. */
  settings(port: number): Readonly<Record<string, unknown>>;
  /** Starts a receiver, which calls `taken` for each message in the order in which it got them. */
  receiver(taken: (message: TakenMessage) => void): Promise<TestReceiver>;
  /** Settings that can't be used. */
  readonly unusable: readonly Readonly<Record<string, unknown>>[];
  /** Parts of the settings that must show nowhere. */
  readonly secrets?: readonly string[];
}

/** Adds the suite to a test file. It takes about ten seconds. */
export function checkEventPlugin({ describe, it }: TestFrame, tested: PluginUnderTest): void {
  const { plugin, prefix } = tested;
  const test = (name: string, body: (bench: Bench) => Promise<void>) =>
    it(name, async () => {
      const bench = await Bench.open(tested);
      try {
        await body(bench);
      } finally {
        await bench.close();
      }
    });

  describe(`event plugin ${plugin.name}`, () => {
    test('is not opened where the settings do not ask for it', async (bench) => {
      assert.equal(await plugin.open(bench.context({})), undefined);
    });

    test('refuses settings that can not be used', async (bench) => {
      for (const settings of tested.unusable)
        await assert.rejects(
          plugin.open(bench.context({ ...tested.settings(bench.port), ...settings })),
          { code: 'configuration' },
          JSON.stringify(settings),
        );
    });

    test('delivers statuses and events in order and as they are', async (bench) => {
      const sink = await bench.sink('plain');
      const sent = [
        ...bench.start(sink, 'plain'),
        ...bench.events(sink, 'plain', 50, '\u00fc\u{1f980}\\u001b[0m\\n'),
        ...bench.events(sink, 'plain', 1, 'x'.repeat(300_000), 51),
        ...bench.end(sink, 'plain'),
      ];
      const summary = await sink.close();
      await bench.taken(sent.length);
      assert.deepEqual(bench.bodies, sent);
      assert.deepEqual(counts(summary), [53, 0, 0, 0, 0]);
      bench.checkIds();
    });

    test('takes events at once though the receiver is slow', async (bench) => {
      bench.mode('slow');
      const sink = await bench.sink('slow', { drain_seconds: 60 });
      const sent = bench.events(sink, 'slow', 100);
      assert.ok(bench.bodies.length < 100);
      const summary = await sink.close();
      await bench.taken(sent.length);
      assert.deepEqual(bench.bodies, sent);
      assert.deepEqual(counts(summary), [100, 0, 0, 0, 0]);
    });

    test('runner 34: starts while nobody listens, and delivers when somebody does', async (bench) => {
      await bench.cut();
      const sink = await bench.sink('early');
      const sent = [...bench.start(sink, 'early'), ...bench.events(sink, 'early', 10)];
      await bench.mend();
      await bench.taken(sent.length);
      assert.deepEqual(bench.firstSeen, sent);
      assert.equal((await sink.close()).delivered, sent.length);
    });

    test('sends again what was cut off, in order', async (bench) => {
      const sink = await bench.sink('cut', { drain_seconds: 60 });
      const sent = bench.events(sink, 'cut', 300);
      await bench.taken(20);
      await bench.cut();
      sent.push(...bench.events(sink, 'cut', 100, 'later', 301));
      await bench.mend();
      const summary = await sink.close();
      await bench.taken(sent.length);
      assert.deepEqual(bench.firstSeen, sent);
      assert.equal(summary.delivered, 400);
      bench.checkIds();
    });

    test('runner 34: ends in time while nobody answers, and the next run delivers the rest', async (bench) => {
      bench.mode('silent');
      const sink = await bench.sink('silent', { drain_seconds: 0.3 });
      const sent = bench.events(sink, 'silent', 5);
      const asked = performance.now();
      const summary = await sink.close();
      assert.ok(performance.now() - asked < 5000, 'the end of the run was held up');
      assert.deepEqual(counts(summary).slice(0, 3), [0, 5, 0]);
      for (const secret of tested.secrets ?? [])
        assert.ok(!JSON.stringify([summary, bench.warnings]).includes(secret), 'a secret shows');
      await bench.cut();
      bench.mode('pass');
      await bench.mend();
      const next = await bench.sink('next', { drain_seconds: 60 });
      sent.push(...bench.events(next, 'next', 5));
      const second = await next.close();
      await bench.taken(sent.length);
      assert.deepEqual(bench.firstSeen, sent);
      assert.deepEqual([second.delivered, second.deliveredEarlier, second.undelivered], [5, 5, 0]);
      assert.deepEqual(await readdir(bench.root), [], 'what was delivered is still kept');
    });

    test(`leaves nothing on disk with ${prefix}_spool_bytes 0`, async (bench) => {
      bench.mode('silent');
      const sink = await bench.sink('memory', { drain_seconds: 0, spool_bytes: 0 });
      bench.events(sink, 'memory', 3);
      assert.deepEqual(counts(await sink.close()).slice(0, 3), [0, 0, 3]);
      assert.deepEqual(await readdir(bench.root), []);
    });
  });
}

function counts(summary: DeliverySummary): number[] {
  const { delivered, undelivered, dropped, retries, deliveredEarlier } = summary;
  return [delivered, undelivered, dropped, retries, deliveredEarlier];
}

/** One receiver, the relay before it, a folder for artifacts and what has been taken. */
class Bench {
  readonly root: string;
  readonly warnings: string[] = [];
  readonly #tested: PluginUnderTest;
  readonly #taken: TakenMessage[] = [];
  readonly #receiver: TestReceiver;
  readonly #relay: Relay;
  #arrived: () => void = () => undefined;

  static async open(tested: PluginUnderTest): Promise<Bench> {
    const root = await mkdtemp(join(tmpdir(), 'event-plugin-'));
    const opened: { bench?: Bench } = {};
    const receiver = await tested.receiver((message) => opened.bench?.take(message));
    const relay = new Relay(receiver.port);
    await relay.start();
    opened.bench = new Bench(tested, root, receiver, relay);
    return opened.bench;
  }

  private constructor(tested: PluginUnderTest, root: string, receiver: TestReceiver, relay: Relay) {
    this.#tested = tested;
    this.root = root;
    this.#receiver = receiver;
    this.#relay = relay;
  }

  get port(): number {
    return this.#relay.port;
  }

  get bodies(): string[] {
    return this.#taken.map(({ body }) => body);
  }

  /** Without what came again. */
  get firstSeen(): string[] {
    return [...new Set(this.bodies)];
  }

  take(message: TakenMessage): void {
    this.#taken.push(message);
    this.#arrived();
  }

  /** Resolves when that many different messages have been taken. */
  async taken(count: number): Promise<void> {
    while (this.firstSeen.length < count)
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
  }

  mode(mode: RelayMode): void {
    this.#relay.mode = mode;
  }

  cut(): Promise<void> {
    return this.#relay.stop();
  }

  mend(): Promise<void> {
    return this.#relay.start();
  }

  async close(): Promise<void> {
    await this.#relay.stop();
    await this.#receiver.close();
    await rm(this.root, { recursive: true, force: true });
  }

  context(settings: Readonly<Record<string, unknown>>, ident = 'r') {
    return {
      ident,
      settings,
      env: {},
      artifactRoot: this.root,
      artifactDir: join(this.root, ident),
      warn: (sentence: string) => void this.warnings.push(sentence),
    };
  }

  /** Opens the plugin; `bounds` are settings without the prefix. */
  async sink(ident: string, bounds: Readonly<Record<string, number>> = {}): Promise<EventSink> {
    const settings: Record<string, unknown> = { ...this.#tested.settings(this.port) };
    for (const [name, value] of Object.entries(bounds))
      settings[`${this.#tested.prefix}_${name}`] = value;
    const sink = await this.#tested.plugin.open(this.context(settings, ident));
    assert.ok(sink, 'the plugin was not opened');
    return sink;
  }

  start(sink: EventSink, ident: string): string[] {
    return [status(sink, 'running', ident)];
  }

  end(sink: EventSink, ident: string): string[] {
    return [status(sink, 'successful', ident)];
  }

  /** Hands events over; returns their bodies. */
  events(sink: EventSink, ident: string, count: number, text = '', first = 1): string[] {
    return Array.from({ length: count }, (_, index) => {
      const counter = first + index;
      const json = `{"uuid": "u-${counter}", "counter": ${counter}, "runner_ident": "${ident}", "stdout": "${text}"}`;
      sink.event(JSON.parse(json) as RunEvent, json);
      return json;
    });
  }

  /** Each message has one id, and each id one message, where the protocol carries ids. */
  checkIds(): void {
    const bodies = new Map<string, string>();
    for (const { id, body } of this.#taken) {
      if (id === undefined) continue;
      assert.equal(bodies.get(id) ?? body, body, `${id} is the id of two messages`);
      bodies.set(id, body);
    }
    assert.ok(bodies.size === 0 || bodies.size === this.firstSeen.length, 'a message had two ids');
  }
}

function status(sink: EventSink, name: string, ident: string): string {
  const message = { status: name, runner_ident: ident };
  const json = JSON.stringify(message);
  sink.status(message, json);
  return json;
}
