import { silentLogger } from '@receptorjs/primitives';
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { MeshNode } from '@receptorjs/netceptor';
import { hostPort } from '@receptorjs/socket-addresses';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { warnWhenOpen } from './listener.js';
import { dialTcp } from './tcp/tcp-dialer.js';
import { listenTcp } from './tcp/tcp-listener.js';
import { dialUdp } from './udp/udp-dialer.js';
import { listenUdp } from './udp/udp-listener.js';
import { dialWebSocket } from './ws/ws-dialer.js';
import { listenWebSocket } from './ws/ws-listener.js';

const lines: string[] = [];
const nodes: MeshNode[] = [];
beforeEach(() => {
  lines.length = 0;
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((each) => each.close()));
});

function node(nodeId: string): MeshNode {
  const warning = (line: string): void => void lines.push(line);
  const made = new MeshNode({ nodeId, log: { ...silentLogger, warning } });
  nodes.push(made);
  return made;
}

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');
const without = hasIpv6 ? '' : ' (skipped: this machine has no ::1)';
if (!hasIpv6) console.warn(`IPv6 tests${without}`);

describe('an open listener', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', '2001:db8::1'])('on %s says so', (host) => {
    warnWhenOpen(node('a'), 'tcp', { host, port: 2222 }, {});
    expect(lines).toEqual([
      `The tcp-listener on ${hostPort(host, 2222)} lets anybody who reaches it join the mesh: set tls or allowedpeers, or bind it to a loopback address`,
    ]);
  });

  it('over UDP has no TLS to name', () => {
    warnWhenOpen(node('a'), 'udp', { host: '0.0.0.0', port: 2222 }, {});
    expect(lines[0]).toMatch(/: set allowedpeers, or bind/);
  });

  it.each([
    ['127.0.0.1', {}],
    ['127.9.9.9', {}],
    ['::1', {}],
    ['0.0.0.0', { allowedPeers: ['b'] }],
    ['0.0.0.0', { tls: {} }],
  ])('on %s with %j says nothing', (host, options) => {
    warnWhenOpen(node('a'), 'tcp', { host, port: 2222 }, options);
    expect(lines).toEqual([]);
  });

  it('is told of by every backend, once', async () => {
    const a = node('a');
    for (const listen of [listenTcp, listenUdp, listenWebSocket]) {
      await listen(a, { host: '127.0.0.1', port: 0 });
      await listen(a, { host: '0.0.0.0', port: 0, allowedPeers: ['b'] });
    }
    expect(lines).toEqual([]);
  });
});

describe.skipIf(!hasIpv6)(`over IPv6${without}`, () => {
  it.each([
    ['tcp', listenTcp, (to: MeshNode, port: number) => dialTcp(to, { host: '[::1]', port })],
    ['udp', listenUdp, (to: MeshNode, port: number) => dialUdp(to, { host: '::1', port })],
    [
      'ws',
      listenWebSocket,
      (to: MeshNode, port: number) => dialWebSocket(to, { url: `ws://[::1]:${port}` }),
    ],
  ] as const)('%s links', async (_, listen, dial) => {
    const [a, b] = [node('a'), node('b')];
    const { address } = await listen(a, { host: '[::1]', port: 0 });
    expect(address.host).toBe('::1');
    const dialer = await dial(b, address.port);
    expect(dialer.address).toContain(`[::1]:${address.port}`);
    await Promise.all([a.reachable('b'), b.reachable('a')]);
    expect((await b.ping('a')).from).toBe('a');
  });

  it.each([
    ['tcp', listenTcp, dialTcp],
    ['udp', listenUdp, dialUdp],
  ] as const)('%s listens on all addresses of both kinds', async (_, listen, dial) => {
    const [a, b, c] = [node('a'), node('b'), node('c')];
    const { address } = await listen(a, { host: '::', port: 0, allowedPeers: ['b', 'c'] });
    await dial(b, { host: '127.0.0.1', port: address.port });
    await dial(c, { host: '::1', port: address.port });
    await Promise.all([b.reachable('c'), c.reachable('b')]);
    const peers = a.links().map(({ description }) => description);
    expect(peers.filter((each) => /127\.0\.0\.1:\d+$/.test(each))).toHaveLength(1);
    expect(peers.filter((each) => /\[::1\]:\d+$/.test(each))).toHaveLength(1);
  });
});

describe('a UDP listener', () => {
  it('refuses a port that is taken, and names the reason', async () => {
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve));
    const { port } = taken.address();
    await expect(listenUdp(node('a'), { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'listen-failed',
      message: expect.stringContaining('EADDRINUSE') as unknown,
    });
    await new Promise<void>((resolve) => taken.close(resolve));
  });
});
