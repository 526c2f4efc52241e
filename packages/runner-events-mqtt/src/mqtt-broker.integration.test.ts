import type { DeliverySummary, RunEvent } from '@receptorjs/runner-core';
import { makeCertificate, type TestReceiver } from '@receptorjs/runner-events/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import mqttPlugin from './index.js';
import { startAedes, startMosquitto, subscribe } from './test-broker.js';
import { mosquitto } from './test-mosquitto.js';

let root: string;
const closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'events-mqtt-'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(root, { recursive: true, force: true });
});

interface Taken {
  readonly topic: string;
  readonly retain: boolean;
  readonly body: string;
  readonly id?: string;
}

/** Subscribes to everything of a broker. */
async function listen(broker: TestReceiver, options: Parameters<typeof subscribe>[2] = {}) {
  const messages: Taken[] = [];
  let arrived: () => void = () => undefined;
  const taken = (message: Taken) => {
    messages.push(message);
    arrived();
  };
  const receiver = await subscribe(broker, taken, options);
  closers.push(() => receiver.close());
  return async (count: number) => {
    while (messages.length < count)
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    return messages;
  };
}

/** Sends a status, an event for each text and a status; what became of them. */
async function send(
  settings: Record<string, unknown>,
  env: Record<string, string> = {},
  ident = 'r',
  ...stdouts: readonly string[]
): Promise<DeliverySummary> {
  const sink = await mqttPlugin.open({
    ident,
    settings: { runner_mqtt_drain_seconds: 30, ...settings },
    env,
    artifactRoot: root,
    artifactDir: join(root, 'r'),
    warn: () => undefined,
  });
  if (sink === undefined) throw new Error('not opened');
  const status = (name: string) =>
    sink.status({ status: name }, JSON.stringify({ status: name, runner_ident: ident }));
  status('running');
  for (const [index, stdout] of (stdouts.length > 0 ? stdouts : ['']).entries()) {
    const event = { uuid: 'u', counter: index + 1, stdout, runner_ident: ident };
    sink.event(event as RunEvent, JSON.stringify(event));
  }
  status('successful');
  return sink.close();
}

describe('with a broker of MQTT 3.1.1', () => {
  it.each([0, 1, 2])('publishes with quality of service %i', async (qos) => {
    const broker = await startAedes();
    const got = await listen(broker);
    const env = { RUNNER_MQTT_URL: `mqtt://127.0.0.1:${broker.port}` };
    const settings = {
      runner_mqtt_url: 'mqtt://127.0.0.1:1',
      runner_mqtt_qos: qos,
      runner_mqtt_topic: 'a/b',
    };
    expect(await send(settings, env, 'x/+#%')).toMatchObject({
      delivered: 3,
      retries: 0,
      target: `mqtt://127.0.0.1:${broker.port} a/b`,
    });
    expect((await got(3)).map(({ topic }) => topic)).toEqual([
      'a/b/-/status',
      'a/b/x%2F%2B%23%25/events',
      'a/b/-/status',
    ]);
  });
});

describe.skipIf(mosquitto === undefined)('with mosquitto', () => {
  it('gives each message its id', async () => {
    const broker = await startMosquitto();
    const got = await listen(broker, { protocolVersion: 5 });
    await send({ runner_mqtt_url: `mqtt://127.0.0.1:${broker.port}` });
    expect((await got(3)).map(({ id }) => id?.replace(/-[^-]{8}-.*/, ''))).toEqual([
      '/status-1',
      'r/1-u',
      '/status-2',
    ]);
  });

  it('has no more messages under way than the broker allows', async () => {
    const broker = await startMosquitto(() =>
      Promise.resolve(['allow_anonymous true', 'max_inflight_messages 3']),
    );
    const got = await listen(broker);
    const events = Array.from({ length: 40 }, (_, at) => `e${at}`);
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const settings = { runner_mqtt_url: url, runner_mqtt_qos: 2 };
    const summary = await send(settings, {}, 'r', ...events);
    expect(summary).toMatchObject({ delivered: 42, retries: 0 });
    const bodies = (await got(42)).slice(1, -1).map(({ body }) => body);
    expect(bodies.map((body) => (JSON.parse(body) as { stdout: string }).stdout)).toEqual(events);
  });

  it('leaves the last status with the broker when it is told to', async () => {
    const broker = await startMosquitto();
    const url = `mqtt://127.0.0.1:${broker.port}`;
    await send({ runner_mqtt_url: url, runner_mqtt_retain_status: true });
    const got = await listen(broker);
    expect(await got(1)).toMatchObject([
      {
        topic: 'ansible-runner/-/status',
        retain: true,
        body: expect.stringMatching(/successful/) as string,
      },
    ]);
  });

  it('tells a refused user, and a message that is too long', async () => {
    const passwords = join(root, 'passwords');
    // The broker rewrites no file of plain texts; this is its form for {u: p}, made by mosquitto_passwd.
    await writeFile(passwords, `u:${await hashed('p')}\n`, { mode: 0o600 });
    const broker = await startMosquitto(() =>
      Promise.resolve([
        'allow_anonymous false',
        `password_file ${passwords}`,
        'max_packet_size 2000',
      ]),
    );
    closers.push(() => broker.close());
    const at = `127.0.0.1:${broker.port}`;
    expect(
      await send({ runner_mqtt_url: `mqtt://u:hunter2@${at}`, runner_mqtt_drain_seconds: 0.5 }),
    ).toMatchObject({
      delivered: 0,
      undelivered: 3,
      lastError: expect.stringMatching(/not authorized/i) as string,
      target: `mqtt://${at} ansible-runner`,
    });
    const right = { runner_mqtt_url: `mqtt://u:p@${at}` };
    expect(await send(right)).toMatchObject({ delivered: 3, deliveredEarlier: 3 });
    expect(await send(right, {}, 'r', 'long'.repeat(500))).toMatchObject({
      delivered: 2,
      dropped: 1,
      lastError: expect.stringMatching(/takes at most 2000 bytes/) as string,
    });
  });

  it('over TLS shows its certificate and verifies that of the broker', async () => {
    const [theirs, ours] = await Promise.all(
      ['broker', 'runner'].map((name) => makeCertificate(root, name)),
    );
    if (theirs === undefined || ours === undefined) throw new Error('no certificates');
    const broker = await startMosquitto(() =>
      Promise.resolve([
        'allow_anonymous true',
        `certfile ${theirs.cert}`,
        `keyfile ${theirs.key}`,
        `cafile ${ours.cert}`,
        'require_certificate true',
      ]),
    );
    closers.push(() => broker.close());
    const settings = {
      runner_mqtt_url: `mqtts://127.0.0.1:${broker.port}`,
      runner_mqtt_cert_file: ours.cert,
      runner_mqtt_key_file: ours.key,
    };
    expect(await send({ ...settings, runner_mqtt_drain_seconds: 0.5 })).toMatchObject({
      delivered: 0,
      lastError: expect.stringMatching(/self-signed certificate/) as string,
    });
    expect(await send({ ...settings, runner_mqtt_ca_file: theirs.cert })).toMatchObject({
      delivered: 3,
      deliveredEarlier: 3,
    });
  });
});

/** A password as mosquitto's file has it: PBKDF2 with SHA-512. */
async function hashed(password: string): Promise<string> {
  const { pbkdf2Sync, randomBytes } = await import('node:crypto');
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, 101, 64, 'sha512');
  return `$7$101$${salt.toString('base64')}$${hash.toString('base64')}`;
}
