import type { DeliverySummary, RunEvent } from '@receptorjs/runner-core';
import { mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { curveKeyPair, Pull, Reply } from 'zeromq';
import zmqPlugin from './index.js';
import { startPull } from './test-pull.js';

let root: string;
const closers: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'events-zmq-'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(root, { recursive: true, force: true });
});

/** For what is to arrive, on a loaded machine too. */
const patient = { runner_socket_drain_seconds: 30 };

/** Sends events and ends; what became of them. */
async function send(
  settings: Record<string, unknown>,
  env: Record<string, string> = {},
  count = 3,
): Promise<DeliverySummary> {
  const sink = await zmqPlugin.open({
    ident: 'r',
    settings: { runner_socket_drain_seconds: 0.5, ...settings },
    env,
    artifactRoot: root,
    artifactDir: join(root, 'r'),
    warn: () => undefined,
  });
  if (sink === undefined) throw new Error('not opened');
  for (let counter = 1; counter <= count; counter++) {
    const json = `{"uuid":"u","counter":${counter},"runner_ident":"r"}`;
    sink.event(JSON.parse(json) as RunEvent, json);
  }
  return sink.close();
}

async function pull(options?: ConstructorParameters<typeof Pull>[0], endpoint?: string) {
  const bodies: string[] = [];
  let arrived: () => void = () => undefined;
  const taken = (body: string) => {
    bodies.push(body);
    arrived();
  };
  const receiver = await startPull(({ body }) => taken(body), options, endpoint);
  closers.push(() => receiver.close());
  return {
    url: `tcp://127.0.0.1:${receiver.port}`,
    /** What has come so far. */
    bodies,
    /** The counters of the events once there are as many. */
    counters: async (count: number) => {
      while (bodies.length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      return bodies.map((body) => (JSON.parse(body) as RunEvent).counter);
    },
  };
}

/** Answers for all sockets of this process whether a user may connect (RFC 27). */
async function authenticate(isRight: (user: string, password: string) => boolean): Promise<void> {
  const socket = new Reply({ linger: 0 });
  await socket.bind('inproc://zeromq.zap.01');
  const over = (async () => {
    for await (const [version = '', id = '', , , , , user, password] of socket) {
      const verdict = isRight(String(user), String(password)) ? '200' : '400';
      await socket.send([version, id, verdict, '', '', '']);
    }
  })().catch(() => undefined);
  closers.push(() => (socket.close(), over));
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => void server.close());
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('sockets', () => {
  it('of ipc, and the variable wins over the settings', async () => {
    const endpoint = `ipc://${join(root, 'zmq.sock')}`;
    const { counters } = await pull({}, endpoint);
    const summary = await send(
      { ...patient, runner_socket_url: 'tcp://127.0.0.1:1' },
      { RUNNER_SOCKET_URL: endpoint },
    );
    expect(summary).toMatchObject({ delivered: 3, target: endpoint });
    expect(await counters(3)).toEqual([1, 2, 3]);
  });

  it('whose queue is full hold the rest back, and nothing is lost', async () => {
    const socket = new Pull({ receiveHighWaterMark: 5, linger: 0 });
    await socket.bind('tcp://127.0.0.1:*');
    closers.push(() => socket.close());
    const settings = { runner_socket_url: socket.lastEndpoint ?? '' };
    const first = await send(settings, {}, 500);
    expect(first).toMatchObject({ dropped: 0 });
    expect(first.undelivered).toBeGreaterThan(0);
    expect(first.delivered + first.undelivered).toBe(500);
    const seen = new Set<string>();
    const all = (async () => {
      while (seen.size < 500) for (const body of await socket.receive()) seen.add(String(body));
    })();
    const second = await send({ ...settings, ...patient }, {}, 0);
    await all;
    expect(second).toMatchObject({ undelivered: 0, deliveredEarlier: first.undelivered });
  });

  it('that do not answer a PING count what was written, when told so', async () => {
    // A far side that says what a PULL socket says, and nothing more.
    const greeting = Buffer.alloc(64);
    Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]).copy(greeting);
    greeting.write('NULL', 12);
    const ready = Buffer.from('\x04\x06\x05READY', 'latin1');
    const url = await listen(
      createServer(
        (socket) =>
          void socket
            .on('error', () => undefined)
            .resume()
            .write(Buffer.concat([greeting, ready])),
      ),
    );
    expect(await send({ runner_socket_url: url })).toMatchObject({ delivered: 0, undelivered: 3 });
    expect(
      await send({ ...patient, runner_socket_url: url, runner_socket_acknowledge: false }),
    ).toMatchObject({
      delivered: 3,
      deliveredEarlier: 3,
      undelivered: 0,
    });
  });

  it.each([
    [
      'GET / HTTP/1.1 is what this side expects, and nothing of the kind that was sent to it',
      /does not speak ZMTP/,
    ],
    [`\xff\0\0\0\0\0\0\0\x01\x7f\x01${'\0'.repeat(53)}`, /speaks ZMTP 1, 3 is needed/],
    [`\xff\0\0\0\0\0\0\0\x01\x7f\x03\0GSSAPI${'\0'.repeat(46)}`, /wants the mechanism GSSAPI/],
    [
      `\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL${'\0'.repeat(48)}\x04\x0a\x05ERROR\x03no!`,
      /refused the connection: no!/,
    ],
    [
      `\xff\0\0\0\0\0\0\0\x01\x7f\x03\0NULL${'\0'.repeat(48)}\x06\xff\xff\xff\xff\xff\xff\xff\xff`,
      /a frame of/,
    ],
  ])('that say %j are told apart', async (words, reason) => {
    const url = await listen(
      createServer(
        (socket) =>
          void socket
            .on('error', () => undefined)
            .resume()
            .write(words, 'latin1'),
      ),
    );
    expect((await send({ runner_socket_url: url })).lastError).toMatch(reason);
  });

  it('of another kind than PULL get nothing', async () => {
    const socket = new Reply({ linger: 0 });
    await socket.bind('tcp://127.0.0.1:*');
    closers.push(() => socket.close());
    expect(await send({ runner_socket_url: socket.lastEndpoint ?? '' })).toMatchObject({
      delivered: 0,
      undelivered: 3,
    });
  });
});

describe('authentication', () => {
  const server = curveKeyPair();

  it('by CURVE needs no keys of the runner where the receiver asks for none', async () => {
    const { counters, url } = await pull({ curveServer: true, curveSecretKey: server.secretKey });
    const settings = { runner_socket_url: url, runner_socket_server_key: server.publicKey };
    expect(await send({ ...patient, ...settings })).toMatchObject({ delivered: 3 });
    expect(await counters(3)).toEqual([1, 2, 3]);
  });

  it('by CURVE fails where the receiver has another key, and sends nothing', async () => {
    const { bodies, url } = await pull({ curveServer: true, curveSecretKey: server.secretKey });
    const other = curveKeyPair().publicKey;
    expect(await send({ runner_socket_url: url, runner_socket_server_key: other })).toMatchObject({
      delivered: 0,
      undelivered: 3,
    });
    expect(bodies).toEqual([]);
  });

  it('by user and password', async () => {
    await authenticate((user, password) => user === 'u' && password === 'p\u00e4ss');
    const { counters, url } = await pull({ plainServer: true, zapDomain: 'test' });
    const settings = { runner_socket_url: url, runner_socket_username: 'u' };
    expect(await send({ ...settings, runner_socket_password: 'wrong' })).toMatchObject({
      delivered: 0,
      lastError: 'the far side refused the connection: 400',
    });
    expect(await send({ runner_socket_url: url })).toMatchObject({
      delivered: 0,
      // libzmq may close before it has said what it wants.
      lastError: expect.stringMatching(/wants the mechanism PLAIN|closed the connection/) as string,
    });
    const right = { ...settings, ...patient, runner_socket_password: 'p\u00e4ss' };
    expect(await send(right)).toMatchObject({ delivered: 3, deliveredEarlier: 6 });
    expect(await counters(9)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it.each([
    [{ runner_socket_secret_key: server.secretKey, runner_socket_server_key: server.publicKey }],
    [{ runner_socket_public_key: server.publicKey }],
    [{ runner_socket_server_key: server.publicKey, runner_socket_username: 'u' }],
    [{ runner_socket_username: 'u'.repeat(256) }],
  ])('refuses settings that contradict each other', async (settings) => {
    await expect(send({ runner_socket_url: 'tcp://x:1', ...settings })).rejects.toMatchObject({
      code: 'configuration',
      message: expect.not.stringContaining(server.secretKey) as string,
    });
  });
});
