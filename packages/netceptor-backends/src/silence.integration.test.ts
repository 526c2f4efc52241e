import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TlsClient } from '@receptorjs/certificates';
import { MeshNode } from '@receptorjs/netceptor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dialer } from './dialer.js';
import { dialTcp } from './tcp/tcp-dialer.js';
import { dialWebSocket } from './ws/ws-dialer.js';

const host = '127.0.0.1';
const sockets = new Set<Socket>();
let server: Server;
let port: number;
let tls: TlsClient;
const node = new MeshNode({ nodeId: 'a' });
beforeAll(async () => {
  server = createServer((socket) => void sockets.add(socket.resume())).listen(0, host);
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  tls = await TlsClient.load({ name: 'out' }, { nodeId: 'a' });
});
afterAll(async () => {
  tls.close();
  for (const socket of sockets) socket.destroy();
  server.close();
  await node.close();
});

/** Stages at which a peer may fall silent. */
const stages: readonly (readonly [string, () => Promise<Dialer>, RegExp])[] = [
  ['the TLS handshake', () => dialTcp(node, { host, port, tls, redial: false }), /TLS handshake/],
  [
    'the upgrade',
    () => dialWebSocket(node, { url: `ws://${host}:${port}`, redial: false }),
    /was not answered in time/,
  ],
  [
    "the proxy's answer",
    () =>
      dialWebSocket(node, {
        url: 'ws://mesh.test',
        environment: { ALL_PROXY: `http://${host}:${port}` },
        redial: false,
      }),
    /did not answer in time/,
  ],
];

describe('a dialer that waits', () => {
  it('stops at once when it is closed meanwhile', async () => {
    const dialers = [
      await dialTcp(node, { host, port, tls }),
      await dialWebSocket(node, { url: `ws://${host}:${port}` }),
      await dialWebSocket(node, {
        url: 'ws://mesh.test',
        environment: { ALL_PROXY: `http://${host}:${port}` },
      }),
    ];
    while (sockets.size < 3) await once(server, 'connection');
    const started = performance.now();
    await Promise.all(dialers.map((dialer) => dialer.close()));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('a dialer', () => {
  it.concurrent.each(stages)('gives up when it waits for %s in vain', async (_, dial, reason) => {
    await expect(dial()).rejects.toMatchObject({
      code: 'connect-failed',
      message: expect.stringMatching(reason) as unknown,
    });
  });
});
