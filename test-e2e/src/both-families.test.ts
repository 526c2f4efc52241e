import { connect } from 'node:net';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, goReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { Mesh } from './mesh.js';

skipsWithoutGo('peers are ours alone');
const { path: go } = goReceptor;

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');
const without = hasIpv6 ? '' : ' (skipped: this machine has no ::1)';
if (!hasIpv6) console.warn(`listeners of both families${without}`);

describe.skipIf(!hasIpv6)(`listeners without an address${without}`, () => {
  let mesh: Mesh;
  beforeEach(() => {
    mesh = new Mesh();
  });
  afterEach(() => mesh.end());

  it('take peers and clients of IPv6 and of IPv4, written as people write them', async () => {
    const [tcp, udp, ws, control, proxy] = await Promise.all(
      Array.from({ length: 5 }, () => freePort()),
    );
    const hop = mesh.start(
      'hop',
      [
        { 'tcp-listener': { port: tcp } },
        { 'udp-listener': { port: udp, bindaddr: '0.0.0.0' } },
        { 'ws-listener': { port: ws } },
        { 'tcp-server': { port: proxy, remotenode: 'hop', remoteservice: 'control' } },
      ],
      { control: { tcplisten: `${control}` } },
    );
    const peers = ['[::1]', '127.0.0.1'].flatMap((host, family) => [
      mesh.start(`tcp${family}`, [{ 'tcp-peer': { address: `${host}:${tcp}` } }], theirs),
      mesh.start(`udp${family}`, [{ 'udp-peer': { address: `${host}:${udp}` } }], theirs),
      mesh.start(`ws${family}`, [{ 'ws-peer': { address: `ws://${host}:${ws}` } }], theirs),
    ]);
    await Promise.all(peers.map((peer) => peer.routeTo('hop')));
    await Promise.all(peers.map((peer) => hop.routeTo(peer.name)));
    for (const port of [control, proxy]) {
      for (const host of ['::1', '127.0.0.1']) {
        const socket = connect({ host, port: port ?? 0 });
        const [greeting] = (await once(socket, 'data')) as [Buffer];
        expect(greeting.toString()).toBe('Receptor Control, node hop\n');
        socket.destroy();
      }
    }
    expect(hop.logText()).not.toContain('::ffff:');
  });
});

const theirs = go ? { command: go } : {};
