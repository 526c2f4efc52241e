import { once } from 'node:events';
import { MeshNode } from '@receptorjs/netceptor';
import { afterEach, describe, expect, it } from 'vitest';
import { routeTo } from './conformance.js';
import type { Dialer } from './dialer.js';
import type { Listener } from './listener.js';
import { dialTcp } from './tcp-dialer.js';
import { listenTcp } from './tcp-listener.js';
import { freePort, goProgram, GoReceptor } from './test-go-receptor.js';
import { dialUdp } from './udp-dialer.js';
import { listenUdp } from './udp-listener.js';
import { dialWebSocket } from './ws-dialer.js';
import { listenWebSocket } from './ws-listener.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function ours(nodeId: string): MeshNode {
  const node = new MeshNode({ nodeId });
  cleanups.push(() => node.close());
  return node;
}

async function theirs(nodeId: string, items: readonly object[]): Promise<GoReceptor> {
  const started = await GoReceptor.start(nodeId, items);
  cleanups.push(() => started.stop());
  return started;
}

/** One way to link, in both roles. */
interface Way {
  readonly name: string;
  readonly goListener: (port: number) => readonly object[];
  readonly goPeer: (port: number) => readonly object[];
  listen(node: MeshNode, port: number): Promise<Listener>;
  dial(node: MeshNode, port: number): Promise<Dialer>;
}

const host = '127.0.0.1';
const bind = (port: number): object => ({ bindaddr: host, port });

const ways: readonly Way[] = [
  {
    name: 'TCP',
    goListener: (port) => [{ 'tcp-listener': bind(port) }],
    goPeer: (port) => [{ 'tcp-peer': { address: `${host}:${port}` } }],
    listen: (node, port) => listenTcp(node, { host, port }),
    dial: (node, port) => dialTcp(node, { host, port }),
  },
  {
    name: 'UDP',
    goListener: (port) => [{ 'udp-listener': bind(port) }],
    goPeer: (port) => [{ 'udp-peer': { address: `${host}:${port}` } }],
    listen: (node, port) => listenUdp(node, { host, port }),
    dial: (node, port) => dialUdp(node, { host, port }),
  },
  {
    name: 'WebSocket',
    goListener: (port) => [{ 'ws-listener': bind(port) }],
    goPeer: (port) => [{ 'ws-peer': { address: `ws://${host}:${port}` } }],
    listen: (node, port) => listenWebSocket(node, { host, port }),
    dial: (node, port) => dialWebSocket(node, { url: `ws://${host}:${port}` }),
  },
  {
    name: 'WebSocket with a path and a header',
    goListener: (port) => [{ 'ws-listener': { ...bind(port), path: '/mesh' } }],
    goPeer: (port) => [
      { 'ws-peer': { address: `ws://${host}:${port}/mesh`, extraheader: 'X-Site: far' } },
    ],
    listen: (node, port) => listenWebSocket(node, { host, port, path: '/mesh' }),
    dial: (node, port) =>
      dialWebSocket(node, { url: `ws://${host}:${port}/mesh`, extraHeader: 'X-Site: near' }),
  },
];

if (goProgram.path === undefined) console.warn(`Go receptor tests ${goProgram.missing}`);

async function pingEachOther(us: MeshNode, go: GoReceptor): Promise<void> {
  await Promise.all([routeTo(us, 'go'), go.reaches('ours')]);
  expect((await us.ping('go')).from).toBe('go');
  expect(await go.ping('ours')).toMatchObject({ Success: true, From: 'ours' });
}

describe.skipIf(goProgram.path === undefined).each(ways)(
  `a link with a Go receptor over $name ${goProgram.missing}`,
  ({ goListener, goPeer, listen, dial }) => {
    it('that we dial, also after it was killed and started again', async () => {
      const us = ours('ours');
      const port = await freePort();
      const go = await theirs('go', goListener(port));
      await dial(us, port);
      await pingEachOther(us, go);
      const down = once(us, 'link-down');
      await go.stop();
      await down;
      await pingEachOther(us, await theirs('go', goListener(port)));
    });

    it('that it dials, also after we were gone', async () => {
      const us = ours('ours');
      const { address, close } = await listen(us, 0);
      const go = await theirs('go', goPeer(address.port));
      await pingEachOther(us, go);
      go.forgetLog();
      const down = once(us, 'link-down');
      await close();
      await down;
      await listen(us, address.port);
      await pingEachOther(us, go);
    });
  },
);
