import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { MeshNode } from '@receptorjs/netceptor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Listener } from '../listener.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

const host = '127.0.0.1';
let node: MeshNode;
beforeEach(() => {
  node = new MeshNode({ nodeId: 'a' });
});
afterEach(() => node.close());

const listen = (path?: string): Promise<Listener> => listenWebSocket(node, { host, port: 0, path });

/** The status an upgrade is answered with. */
async function statusOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const ws = new WebSocket(url, { headers });
  const answered = new Promise<number>((resolve) => {
    ws.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0));
    ws.on('upgrade', () => resolve(101));
  });
  ws.on('error', () => undefined);
  const status = await answered;
  ws.terminate();
  return status;
}

describe('a WebSocket listener', () => {
  it('D14: takes every path when it has none of its own', async () => {
    const { address } = await listen();
    expect(await statusOf(`ws://${host}:${address.port}/any`)).toBe(101);
  });

  it.each([
    ['/', '/', 101],
    ['/', '/any/other', 101],
    ['/mesh', '/mesh', 101],
    ['/mesh', '/mesh?site=near', 101],
    ['/mesh', '/', 404],
    ['/mesh', '/mesh/below', 404],
    ['/mesh/', '/mesh/below', 101],
  ])('at %s answers an upgrade of %s with %d', async (path, asked, status) => {
    const { address } = await listen(path);
    expect(await statusOf(`ws://${host}:${address.port}${asked}`)).toBe(status);
  });

  it('refuses a page of another origin', async () => {
    const { port } = (await listen()).address;
    const url = `ws://${host}:${port}`;
    expect(await statusOf(url, { Origin: 'http://elsewhere.example' })).toBe(403);
    expect(await statusOf(url, { Origin: 'null' })).toBe(403);
    expect(await statusOf(url, { Origin: `http://${host}:${port}` })).toBe(101);
  });

  it('D3: outlives a peer that resets the connection instead of reading the refusal', async () => {
    const { port } = (await listen('/mesh')).address;
    const upgrade =
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    for (let count = 0; count < 10; count++) {
      const socket = connect(port, host);
      await once(socket, 'connect');
      await new Promise((resolve) => socket.write(upgrade, resolve));
      socket.resetAndDestroy();
      await once(socket, 'close');
    }
    expect(await statusOf(`ws://${host}:${port}/mesh`)).toBe(101);
  });

  it('outlives a peer that sends frames by the thousand and goes', async () => {
    const { port } = (await listen()).address;
    const upgrade =
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    const ping = Buffer.from([0x89, 0x80, 1, 2, 3, 4]);
    const pings = Buffer.concat(Array<Buffer>(40_000).fill(ping));
    // without reading a pong: the connection ends while frames wait for their turn
    for (let count = 0; count < 5; count++) {
      const socket = connect(port, host);
      socket.on('error', () => undefined);
      socket.write(upgrade);
      await once(socket, 'data');
      socket.write(pings, () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    expect(await statusOf(`ws://${host}:${port}`)).toBe(101);
  });

  it('takes an origin without the port that its scheme has anyway', async () => {
    const { port } = (await listen()).address;
    const headers = { Host: 'mesh.example:443', Origin: 'https://mesh.example' };
    expect(await statusOf(`ws://${host}:${port}`, headers)).toBe(101);
  });

  it('says that a request is no upgrade', async () => {
    const { port } = (await listen('/mesh')).address;
    for (const [path, status] of [
      ['/mesh', 426],
      ['/', 404],
    ] as const) {
      const [response] = (await once(get({ host, port, path }), 'response')) as [IncomingMessage];
      expect(response.resume().statusCode).toBe(status);
    }
  });

  it('refuses a path without a slash', async () => {
    await expect(listen('mesh')).rejects.toMatchObject({ code: 'invalid-path' });
  });
});

describe('a WebSocket dialer', () => {
  it.each(['http://a', 'a:2222', '', 'wss:'])('refuses %j', async (url) => {
    await expect(dialWebSocket(node, { url })).rejects.toMatchObject({ code: 'invalid-url' });
  });

  it.each(['no-colon', ': value', 'na me: x', 'Name: a\r\nOther: b'])(
    'refuses the extra header %j',
    async (extraHeader) => {
      await expect(
        dialWebSocket(node, { url: 'ws://127.0.0.1:1', extraHeader }),
      ).rejects.toMatchObject({ code: 'invalid-header' });
    },
  );

  it('says the status of a refusal', async () => {
    const { port } = (await listen('/mesh')).address;
    const other = new MeshNode({ nodeId: 'b' });
    await expect(
      dialWebSocket(other, { url: `ws://${host}:${port}/other`, redial: false }),
    ).rejects.toThrow(`could not connect to ${host}:${port}: Unexpected server response: 404`);
    await other.close();
  });

  it('keeps what the listener says in the same breath as its answer', async () => {
    const { port } = (await listen()).address;
    const others = Array.from({ length: 10 }, (_, at) => new MeshNode({ nodeId: `b${at}` }));
    await Promise.all(
      others.map((other) => dialWebSocket(other, { url: `ws://${host}:${port}`, redial: false })),
    );
    await Promise.all(others.map((other) => other.reachable('a')));
    await Promise.all(others.map((other) => other.close()));
  });
});
