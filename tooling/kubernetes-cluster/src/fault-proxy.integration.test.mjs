import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPrograms, onPath } from '@receptorjs/tooling-test-peers';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { FaultProxy } from './fault-proxy.mjs';
import { kubeconfig } from './kubeconfig.mjs';
import { makePki } from './pki.mjs';

const openssl = findOpenssl();

function findOpenssl() {
  try {
    return onPath('openssl') ?? join(debianPrograms('openssl', ['openssl']), 'run', 'openssl');
  } catch (error) {
    console.warn(`skipped: there is no openssl, and ${String(error)}`);
    return '';
  }
}

const pods = '/api/v1/namespaces/work/pods';
const folder = mkdtempSync(join(tmpdir(), 'fault-proxy-'));
let ca = '';
/** What stands for the API server; each test says what it does. @type {import('node:https').Server} */
let upstream;
/** @type {import('./index.d.mts').FaultProxy} */
let proxy;

beforeAll(async () => {
  if (openssl === '') return;
  mkdirSync(join(folder, 'pki'));
  mkdirSync(join(folder, 'config'));
  await makePki(openssl, join(folder, 'pki'));
  const pki = (/** @type {string} */ name) => readFileSync(join(folder, 'pki', name));
  ca = String(pki('ca.crt'));
  upstream = createServer({ cert: pki('apiserver.crt'), key: pki('apiserver.key') });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (upstream.address());
  const cluster = { server: `https://127.0.0.1:${port}`, ca, folder };
  proxy = await FaultProxy.start(/** @type {any} */ (cluster), { seed: 5 });
});

afterEach(() => {
  proxy?.clear();
  upstream?.removeAllListeners('request').removeAllListeners('upgrade');
});

afterAll(async () => {
  await proxy?.close();
  upstream?.closeAllConnections();
  upstream?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** @param {(asked: import('node:http').IncomingMessage, answer: import('node:http').ServerResponse) => void} answer */
const serve = (answer) => upstream.on('request', answer);

/**
 * Asks the proxy; `error` is how the answer ended where it didn't in order.
 *
 * @param {string} path
 * @param {{ method?: string, body?: string }} [options]
 * @returns {Promise<{ status: number | undefined, headers: import('node:http').IncomingHttpHeaders, text: string, error: string | undefined }>}
 */
function ask(path, { method = 'GET', body } = {}) {
  return new Promise((resolve) => {
    let text = '';
    const sent = request(new URL(path, proxy.server), { ca, method, agent: false });
    sent.on('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      resolve({ status: undefined, headers: {}, text, error: error.code }),
    );
    sent.on('response', (answer) => {
      const { statusCode: status, headers } = answer;
      const end = (/** @type {string | undefined} */ error) =>
        resolve({ status, headers, text, error });
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => end(undefined));
      answer.on('error', (/** @type {NodeJS.ErrnoException} */ error) => end(error.code));
    });
    sent.end(body);
  });
}

const each = it.skipIf(openssl === '');

each('passes a request and its answer', async () => {
  serve(async (asked, answer) => {
    let text = '';
    for await (const chunk of asked) text += String(chunk);
    answer.writeHead(201, { 'x-own': 'kept' }).end(`${asked.method} ${asked.url} ${text}`);
  });
  const body = 'x'.repeat(300_000);
  const answer = await ask(pods, { method: 'POST', body });
  expect(answer).toMatchObject({ status: 201, error: undefined });
  expect(answer.headers['x-own']).toBe('kept');
  expect(answer.text).toBe(`POST ${pods} ${body}`);
  expect(proxy.requests.at(-1)).toMatchObject({ method: 'POST', verb: 'create', status: 201 });
  await expect.poll(() => proxy.open).toBe(0);
});

each('answers in place of the API server', async () => {
  serve((_, answer) => answer.end('ok'));
  proxy.add({ times: 1, fault: { status: 429, retryAfterSeconds: 2 } });
  const fault = { status: 410 };
  proxy.add({ times: 1, fault });
  const busy = await ask(pods);
  expect(proxy.met(fault)).toBe(0);
  expect(busy.headers['retry-after']).toBe('2');
  expect(busy.status).toBe(429);
  expect(JSON.parse(busy.text)).toMatchObject({
    kind: 'Status',
    code: 429,
    reason: 'TooManyRequests',
    details: { retryAfterSeconds: 2 },
  });
  expect(JSON.parse((await ask(pods)).text)).toMatchObject({ code: 410, reason: 'Expired' });
  expect((await ask(pods)).text).toBe('ok');
  expect(proxy.met(fault)).toBe(1);
});

each('tells those that were cut from those that ended before it came to that', async () => {
  serve((_, answer) => answer.end('0123456789'));
  const before = proxy.cuts.get('list') ?? 0;
  proxy.add({ fault: { cutAfterBytes: 10 } });
  expect(await ask(pods)).toMatchObject({ text: '0123456789', error: undefined });
  expect(proxy.requests.at(-1)?.isCut).toBe(undefined);
  proxy.clear();
  proxy.add({ fault: { cutAfterBytes: 9 } });
  expect(await ask(pods)).toMatchObject({ error: 'ECONNRESET' });
  expect(proxy.requests.at(-1)?.isCut).toBe(true);
  await expect.poll(() => (proxy.cuts.get('list') ?? 0) - before).toBe(1);
});

each('cuts behind so many bytes, in each way', async () => {
  serve((_, answer) => {
    answer.write('0123456789');
    answer.write('abcdefghij');
  });
  proxy.add({ times: 1, fault: { cutAfterBytes: 12, cut: 'close' } });
  expect(await ask(pods)).toMatchObject({ text: '0123456789ab', error: 'ECONNRESET' });
  proxy.add({ times: 1, fault: { cutAfterBytes: 12, cut: 'end' } });
  expect(await ask(pods)).toMatchObject({ text: '0123456789ab', error: undefined });
  proxy.add({ times: 1, fault: { cutAfterBytes: 0 } });
  expect(await ask(pods)).toMatchObject({ text: '', error: 'ECONNRESET' });
});

each('cuts what is open, when it is told to and by the clock', async () => {
  serve((_, answer) => answer.write('begun'));
  const path = `${pods}/p/log?follow=true`;
  const open = ask(path);
  await proxy.asked({ verb: 'log' });
  await expect.poll(() => proxy.requests.at(-1)?.status).toBe(200);
  expect(proxy.cut({ verb: 'watch' })).toBe(0);
  expect(proxy.cut({ verb: 'log' }, 'end')).toBe(1);
  expect(await open).toMatchObject({ text: 'begun', error: undefined });
  proxy.add({ fault: { cutAfterMs: [1, 50] } });
  expect(await ask(path)).toMatchObject({ error: 'ECONNRESET' });
});

each('loses an answer, but not the request', async () => {
  let made = 0;
  serve((_, answer) => {
    made += 1;
    answer.end('made');
  });
  proxy.add({ verb: 'create', times: 1, fault: { loseAnswer: true } });
  expect(await ask(pods, { method: 'POST', body: '{}' })).toMatchObject({ error: 'ECONNRESET' });
  expect(made).toBe(1);
});

each('leaves a request without an answer until it is cut', async () => {
  proxy.add({ fault: { hang: true } });
  const before = proxy.requests.length;
  const hanging = ask(pods);
  await expect.poll(() => proxy.requests.length).toBe(before + 1);
  expect(proxy.cut()).toBe(1);
  expect(await hanging).toMatchObject({ status: undefined, error: 'ECONNRESET' });
});

each('slows an answer down', async () => {
  serve((_, answer) => answer.end('x'.repeat(300)));
  proxy.add({ fault: { delayMs: 100, bytesPerSecond: 1000 } });
  const started = performance.now();
  expect((await ask(pods)).text.length).toBe(300);
  expect(performance.now() - started).toBeGreaterThan(290);
});

each('drops and delays events of a watch, and says that a version is gone', async () => {
  const event = (/** @type {number} */ n) =>
    `${JSON.stringify({ type: 'ADDED', object: { n } })}\n`;
  const [whole, half] = [event(0) + event(1), event(2)];
  serve((_, answer) => {
    // an event may come in parts
    answer.write(whole + half.slice(0, 9));
    answer.write(half.slice(9));
    answer.end(event(3) + event(4));
  });
  const watch = `${pods}?watch=1`;
  const dropsFirst = { drop: (/** @type {unknown} */ _, /** @type {number} */ n) => n === 0 };
  proxy.add({ verb: 'watch', times: 1, fault: { watch: { ...dropsFirst, delayMs: 100 } } });
  const started = performance.now();
  expect((await ask(watch)).text).toBe([1, 2, 3, 4].map(event).join(''));
  expect(performance.now() - started).toBeGreaterThan(95);
  proxy.add({ verb: 'watch', fault: { watch: { goneAfter: 3 } } });
  const { text, error } = await ask(watch);
  expect(text.startsWith([0, 1, 2].map(event).join(''))).toBe(true);
  expect(JSON.parse(text.split('\n')[3] ?? '')).toMatchObject({
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired' },
  });
  expect(error).toBeUndefined();
});

/** Asks for an upgrade. @returns {Promise<import('node:net').Socket>} */
async function upgrade(path = `${pods}/p/attach`) {
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  const sent = request(new URL(path, proxy.server), { ca, headers, agent: false });
  sent.end();
  const [answer, socket] = await Promise.race([
    once(sent, 'upgrade'),
    once(sent, 'response').then(([refused]) => [refused]),
  ]);
  if (socket === undefined) throw new Error(`refused: ${answer.statusCode}`);
  return socket;
}

/** Answers upgrades; gives the other end of each. */
function serveUpgrades() {
  upstream.on('upgrade', (_, socket) => {
    socket.on('error', () => undefined);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    upstream.emit('upgraded', socket);
  });
  return async () =>
    /** @type {import('node:net').Socket} */ ((await once(upstream, 'upgraded'))[0]);
}

each('passes an upgraded connection both ways, and its end', async () => {
  const other = serveUpgrades()();
  const [here, there] = await Promise.all([upgrade(), other]);
  there.write('from there');
  expect(String((await once(here, 'data'))[0])).toBe('from there');
  here.write('from here');
  expect(String((await once(there, 'data'))[0])).toBe('from here');
  const closed = once(here.resume(), 'close');
  here.end();
  await once(there, 'end');
  there.end();
  await closed;
});

each('cuts an upgraded connection behind so many bytes sent', async () => {
  const other = serveUpgrades()();
  proxy.add({ verb: 'attach', fault: { cutAfterSentBytes: 5 } });
  const [here, there] = await Promise.all([upgrade(), other]);
  let got = '';
  there.on('data', (chunk) => (got += String(chunk)));
  const cut = once(here.resume(), 'error');
  here.write('0123456789');
  expect((await cut)[0]).toMatchObject({ code: 'ECONNRESET' });
  await once(there, 'close');
  expect(got).toBe('01234');
});

each('refuses an upgrade, itself or as the API server does', async () => {
  proxy.add({ verb: 'attach', times: 1, fault: { status: 503 } });
  await expect(upgrade()).rejects.toThrow('refused: 503');
  upstream.on('upgrade', (_, socket) =>
    socket.end('HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n'),
  );
  await expect(upgrade()).rejects.toThrow('refused: 403');
});

each('holds back who sends faster than is read', async () => {
  let written = 0;
  serve((_, answer) => {
    const more = () => {
      while (written < 256 * 1024 * 1024) {
        written += 65536;
        if (!answer.write(Buffer.alloc(65536))) return;
      }
      answer.end();
    };
    answer.on('drain', more);
    more();
  });
  const sent = request(new URL(`${pods}/p/log`, proxy.server), { ca, agent: false }).end();
  sent.on('error', () => undefined);
  await once(sent, 'response');
  let before = -1;
  await expect
    .poll(
      () => {
        const stands = before === written;
        before = written;
        return stands;
      },
      { interval: 300, timeout: 20_000 },
    )
    .toBe(true);
  expect(written).toBeLessThan(64 * 1024 * 1024);
  sent.destroy();
});

each('gives a kubeconfig that leads to it', async () => {
  const path = join(folder, 'config', 'admin.kubeconfig');
  writeFileSync(path, kubeconfig('https://127.0.0.1:1', ca, { token: 'secret' }));
  const config = JSON.parse(readFileSync(proxy.kubeconfig(path), 'utf8'));
  expect(config.clusters[0].cluster.server).toBe(proxy.server);
  expect(config.users[0].user.token).toBe('secret');
});
