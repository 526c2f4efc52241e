import type { EventSink, RunEvent } from '@receptorjs/runner-core';
import { makeCertificate } from '@receptorjs/runner-events/testing';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import httpPlugin from './index.js';
import { startServer, type Post, type ServerBehavior } from './test-server.js';

let root: string;
const closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'events-http-'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(root, { recursive: true, force: true });
});

/** A server and what it got. */
async function serve(behavior: Omit<ServerBehavior, 'onPost'> = {}) {
  const posts: Post[] = [];
  const server = await startServer({ ...behavior, onPost: (post) => void posts.push(post) });
  closers.push(server.close);
  return { posts, port: server.port, connections: server.connections };
}

async function open(
  settings: Record<string, unknown>,
  env: Record<string, string> = {},
): Promise<EventSink> {
  const sink = await httpPlugin.open({
    ident: 'r',
    settings: { runner_http_drain_seconds: 30, ...settings },
    env,
    artifactRoot: root,
    artifactDir: join(root, 'r'),
    warn: () => undefined,
  });
  if (sink === undefined) throw new Error('not opened');
  return sink;
}

function send(sink: EventSink, counter = 1): string {
  const json = `{"uuid": "u${counter}", "counter": ${counter}, "runner_ident": "r\u00e9"}`;
  sink.event(JSON.parse(json) as RunEvent, json);
  return json;
}

describe('requests', () => {
  it('are posts of JSON with the id of the event and the headers of the settings', async () => {
    const { posts, port } = await serve();
    const sink = await open({
      runner_http_url: `http://127.0.0.1:${port}/a%20b?q=1`,
      runner_http_path: '/ignored',
      runner_http_headers: { 'X-Secreto': 'beefdead', number: 5 },
    });
    const body = send(sink);
    const summary = await sink.close();
    expect(posts).toMatchObject([
      {
        method: 'POST',
        path: '/a%20b?q=1',
        id: 'r%C3%A9/1-u1',
        body,
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'x-secreto': 'beefdead',
          number: '5',
        },
      },
    ]);
    expect(summary).toMatchObject({ plugin: 'http', target: `http://127.0.0.1:${port}/a%20b` });
  });

  it('go to a unix socket, with the path of the settings; variables win', async () => {
    const socketPath = join(root, 'web.sock');
    const { posts } = await serve({ socketPath });
    const env = { RUNNER_HTTP_URL: socketPath, RUNNER_HTTP_PATH: '/from/variable' };
    const sink = await open({ runner_http_url: 'http://x/', runner_http_path: '/no' }, env);
    send(sink);
    expect(await sink.close()).toMatchObject({
      delivered: 1,
      target: `unix:${socketPath}:/from/variable`,
    });
    expect(posts).toMatchObject([{ path: '/from/variable' }]);
  });

  it('carry the credentials of the URL, unless the settings have others', async () => {
    const { posts, port } = await serve();
    const url = `http://us%3Aer:p%C3%A4ss@127.0.0.1:${port}/`;
    for (const headers of [{}, { Authorization: 'Bearer token' }]) {
      const sink = await open({ runner_http_url: url, runner_http_headers: headers });
      send(sink);
      await sink.close();
    }
    expect(posts.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${Buffer.from('us:er:p\u00e4ss').toString('base64')}`,
      'Bearer token',
    ]);
  });

  it('are delivered when the answer never ends, and its rest is not read', async () => {
    let sent = 0;
    const body = (): Readable =>
      Readable.from(
        (function* () {
          for (; sent < 1e9; sent += 65_536) yield Buffer.alloc(65_536);
        })(),
      );
    const { posts, port } = await serve({ body });
    const sink = await open({ runner_http_url: `http://127.0.0.1:${port}/` });
    send(sink, 1);
    send(sink, 2);
    expect(await sink.close()).toMatchObject({ delivered: 2 });
    expect(posts).toHaveLength(2);
    expect(sent).toBeLessThan(100e6);
  });

  it('carry any id a worker may send', async () => {
    const { posts, port } = await serve();
    const sink = await open({ runner_http_url: `http://127.0.0.1:${port}` });
    const event = { uuid: 'u"\n\ud800', counter: 1, runner_ident: 'r' };
    sink.event(event as RunEvent, '{}');
    expect(await sink.close()).toMatchObject({ delivered: 1, retries: 0 });
    expect(posts).toMatchObject([{ id: 'r/1-u%22%0A%EF%BF%BD' }]);
  });

  it('of an earlier run go to none but its own address, query included', async () => {
    const { posts, port } = await serve({ answer: ({ path }) => (path === '/?job=1' ? 503 : 200) });
    const url = (job: number) => ({ runner_http_url: `http://127.0.0.1:${port}/?job=${job}` });
    const first = await open({ ...url(1), runner_http_drain_seconds: 0.1 });
    send(first);
    expect(await first.close()).toMatchObject({ undelivered: 1 });
    const second = await open(url(2));
    send(second, 2);
    expect(await second.close()).toMatchObject({ delivered: 1, deliveredEarlier: 0 });
    expect(posts.filter(({ path }) => path === '/?job=2')).toHaveLength(1);
  });

  it('use one connection', async () => {
    const { posts, port, connections } = await serve();
    const sink = await open({ runner_http_url: `http://127.0.0.1:${port}` });
    for (let counter = 1; counter <= 20; counter++) send(sink, counter);
    await sink.close();
    expect([posts.length, connections()]).toEqual([20, 1]);
  });
});

describe('answers', () => {
  it.each([400, 401, 403, 404, 413, 422, 302, 308])('%i is for good', async (status) => {
    const { posts, port } = await serve({ answer: ({ id }) => (id.endsWith('u1') ? status : 200) });
    const sink = await open({ runner_http_url: `http://127.0.0.1:${port}` });
    send(sink);
    send(sink, 2);
    expect(await sink.close()).toMatchObject({
      delivered: 1,
      dropped: 1,
      undelivered: 0,
      retries: 0,
      lastError: `the server answered ${status}`,
    });
    expect(posts).toHaveLength(2);
  });

  it.each([408, 429, 500, 503])('%i is tried again', async (status) => {
    let asked = 0;
    const { posts, port } = await serve({ answer: () => (++asked === 1 ? status : 202) });
    const sink = await open({ runner_http_url: `http://127.0.0.1:${port}` });
    send(sink);
    send(sink, 2);
    expect(await sink.close()).toMatchObject({ delivered: 2, dropped: 0, retries: 1 });
    expect(posts.map(({ id }) => id.at(-1))).toEqual(['1', '1', '2']);
  });
});

describe('over TLS', () => {
  const server = async (more: object = {}) => {
    const { cert, key } = await makeCertificate(root, 'server');
    const tls = { cert: await readFile(cert), key: await readFile(key), ...more };
    return { ...(await serve({ tls })), cert };
  };

  it('posts to a server whose certificate is trusted', async () => {
    const { posts, port, cert } = await server();
    const sink = await open({
      runner_http_url: `https://127.0.0.1:${port}/`,
      runner_http_ca_file: cert,
    });
    send(sink);
    expect(await sink.close()).toMatchObject({ delivered: 1 });
    expect(posts).toHaveLength(1);
  });

  it('does not post to one whose certificate is not, unless it is told to', async () => {
    const { posts, port } = await server();
    const url = `https://127.0.0.1:${port}/`;
    const sink = await open({ runner_http_url: url, runner_http_drain_seconds: 1 });
    send(sink);
    expect(await sink.close()).toMatchObject({
      delivered: 0,
      undelivered: 1,
      lastError: expect.stringMatching(/self-signed certificate/) as string,
    });
    expect(posts).toHaveLength(0);
    const careless = await open({ runner_http_url: url, runner_http_verify: false });
    expect(await careless.close()).toMatchObject({ deliveredEarlier: 1 });
    expect(posts).toHaveLength(1);
  });

  it('shows its own certificate', async () => {
    const own = await makeCertificate(root, 'runner');
    const { port, cert } = await server({ requestCert: true, ca: await readFile(own.cert) });
    const settings = { runner_http_url: `https://127.0.0.1:${port}/`, runner_http_ca_file: cert };
    const without = await open({ ...settings, runner_http_drain_seconds: 0.5 });
    send(without);
    expect(await without.close()).toMatchObject({ delivered: 0, undelivered: 1 });
    const sink = await open({
      ...settings,
      runner_http_cert_file: own.cert,
      runner_http_key_file: own.key,
    });
    expect(await sink.close()).toMatchObject({ deliveredEarlier: 1 });
  });
});
