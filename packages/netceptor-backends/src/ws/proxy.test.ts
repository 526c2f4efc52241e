import { silentLogger } from '@receptorjs/primitives';
import { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { MeshNode } from '@receptorjs/netceptor';
import { afterEach, describe, expect, it } from 'vitest';
import { connectSocket } from '../tcp/connect-socket.js';
import { proxyFor } from './proxy-environment.js';
import { mutualTls } from '../test-authority.js';
import { startProxy, type TestProxy } from '../test-proxy.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function node(nodeId: string, warning: (line: string) => void = () => undefined): MeshNode {
  const made = new MeshNode({ nodeId, log: { ...silentLogger, warning } });
  cleanups.push(() => made.close());
  return made;
}

async function proxy(target: number, credentials?: string): Promise<TestProxy> {
  const started = await startProxy(target, credentials);
  cleanups.push(() => started.close());
  return started;
}

describe('a WebSocket dialer', () => {
  it('goes through the proxy of the environment, with its credentials', async () => {
    const [a, b] = [node('a'), node('b')];
    const { address } = await listenWebSocket(a, { host: '127.0.0.1', port: 0 });
    const { port, asked } = await proxy(address.port, 'me:pass word');
    await dialWebSocket(b, {
      url: 'ws://mesh.example/',
      environment: { http_proxy: `http://me:pass%20word@127.0.0.1:${port}` },
    });
    await b.reachable('a');
    expect((await b.ping('a')).from).toBe('a');
    expect(asked).toEqual(['mesh.example:80']);
  });

  // RSA keys take their time on a busy machine.
  it('speaks TLS with the peer through the proxy', { timeout: 30_000 }, async () => {
    const tls = await mutualTls('a');
    cleanups.push(() => tls.close());
    const { address } = await listenWebSocket(node('a'), {
      host: '127.0.0.1',
      port: 0,
      tls: tls.server,
    });
    const { port, asked } = await proxy(address.port);
    const socket = await connectSocket(
      { host: '127.0.0.1', port: address.port },
      { tls: tls.client, proxy: new URL(`http://127.0.0.1:${port}`) },
      new AbortController().signal,
    );
    expect(socket).toBeInstanceOf(TLSSocket);
    socket.destroy();
    expect(asked).toEqual([`127.0.0.1:${address.port}`]);
  });

  it('says that the proxy refused, and not with which credentials', async () => {
    const { port } = await proxy(1, 'me:secret');
    const lines: string[] = [];
    const dialed = dialWebSocket(
      node('b', (line) => lines.push(line)),
      {
        url: 'ws://mesh.example:8080/',
        redial: false,
        environment: { HTTP_PROXY: `http://me:guessed@127.0.0.1:${port}` },
      },
    );
    await expect(dialed).rejects.toThrow(
      `could not connect to mesh.example:8080: proxy http://127.0.0.1:${port} refused: 407 Proxy Authentication Required`,
    );
    await dialed.catch((error: unknown) => lines.push(inspect(error)));
    expect(lines.join('\n')).not.toContain('guessed');
  });

  it('says that the proxy is not there, and that its variable makes no sense', async () => {
    const url = 'ws://mesh.example/';
    const dial = (value: string): Promise<unknown> =>
      dialWebSocket(node('b'), { url, redial: false, environment: { ALL_PROXY: value } });
    await expect(dial('127.0.0.1:1')).rejects.toThrow(
      /^could not connect to mesh\.example:80: proxy http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED/,
    );
    await expect(dial('socks5://user:secret@x')).rejects.toThrow(
      'could not connect to mesh.example: ALL_PROXY is not the address of an HTTP proxy',
    );
  });
});

describe('the proxy of the environment', () => {
  const proxyOf = (url: string, environment: Record<string, string>): string | undefined =>
    proxyFor(new URL(url), environment)?.href;

  it.each([
    ['ws://a.example', { HTTP_PROXY: 'http://p:3128' }, 'http://p:3128/'],
    ['ws://a.example', { http_proxy: 'http://low:1', HTTP_PROXY: 'http://up:1' }, 'http://low:1/'],
    ['ws://a.example', { HTTPS_PROXY: 'http://p:3128' }, undefined],
    ['wss://a.example', { HTTPS_PROXY: 'p:3128' }, 'http://p:3128/'],
    ['wss://a.example', { HTTP_PROXY: 'http://p:3128' }, undefined],
    ['wss://a.example', { ALL_PROXY: 'https://p:3128' }, 'https://p:3128/'],
    ['ws://localhost:1', { ALL_PROXY: 'http://p' }, undefined],
    ['ws://127.0.0.9:1', { ALL_PROXY: 'http://p' }, undefined],
    ['ws://[::1]:1', { ALL_PROXY: 'http://p' }, undefined],
  ])('of %s with %j is %s', (url, environment, expected) => {
    expect(proxyOf(url, environment as Record<string, string>)).toBe(expected);
  });

  it.each([
    ['a.example', 'ws://a.example', true],
    ['a.example', 'ws://b.a.example', true],
    ['a.example', 'ws://ba.example', false],
    ['.a.example', 'ws://a.example', false],
    ['.a.example', 'ws://b.a.example', true],
    ['*.a.example', 'ws://b.a.example', true],
    ['A.Example', 'ws://a.example', true],
    ['x, a.example', 'ws://a.example', true],
    ['a.example:81', 'ws://a.example:81', true],
    ['a.example:81', 'ws://a.example', false],
    ['a.example:443', 'wss://a.example', true],
    ['192.0.2.7', 'ws://192.0.2.7:9', true],
    ['192.0.2.7:9', 'ws://192.0.2.7:9', true],
    ['192.0.2.0/24', 'ws://192.0.2.7:9', true],
    ['192.0.2.0/24', 'ws://192.0.3.7:9', false],
    ['192.0.2.0/99', 'ws://192.0.2.7:9', false],
    ['2001:db8::/32', 'ws://[2001:db8::7]', true],
    ['2001:db8::7', 'ws://[2001:db8::7]', true],
    ['[2001:db8::7]:80', 'ws://[2001:db8::7]', true],
    ['*', 'wss://a.example', true],
  ])('is passed over with NO_PROXY=%s for %s: %s', (noProxy, url, passedOver) => {
    const found = proxyOf(url, { ALL_PROXY: 'http://p', NO_PROXY: noProxy });
    expect(found === undefined).toBe(passedOver);
  });
});
