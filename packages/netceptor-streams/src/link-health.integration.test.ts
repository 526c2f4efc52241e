import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { goReceptor, GoReceptor, skipsWithoutGo } from '@receptorjs/tooling-test-peers';
import { afterEach, describe, expect, it } from 'vitest';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function ours(nodeId: string, maxIdleConnectionTimeoutMs?: number): MeshNode {
  const node = new MeshNode({
    nodeId,
    maxIdleConnectionTimeoutMs,
  });
  cleanups.push(() => node.close());
  return node;
}

async function reach(node: MeshNode, nodeId: string): Promise<void> {
  await node.reachable(nodeId);
}

/** Hands bytes on between its clients and a port, until it is frozen: then nothing passes, and neither end learns it. */
async function relay(port: number): Promise<{ port: number; freeze: () => void }> {
  let frozen = false;
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    sockets.push(near, far);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => undefined);
      from.on('data', (chunk: Buffer) => (frozen ? undefined : to.write(chunk)));
      from.on('close', () => (frozen ? undefined : to.destroy()));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, freeze: () => void (frozen = true) };
}

it('measures the round-trip time of a link over TCP', async () => {
  const [a, b] = [ours('a'), ours('b')];
  const { address } = await listenTcp(a, { host: '127.0.0.1', port: 0 });
  await dialTcp(b, { host: '127.0.0.1', port: address.port });
  await reach(b, 'a');
  await b.ping('a');
  await a.ping('b');
  for (const node of [a, b]) {
    const [link] = node.links();
    expect(link?.rttMs).toBeGreaterThan(0);
    expect(link?.rttMs).toBeLessThan(1000);
    expect(Math.abs((link?.lastHeardMs ?? 0) - Date.now())).toBeLessThan(5000);
    const [connection] = node.status().connections;
    expect(connection?.rttNs).toBe(Math.round((link?.rttMs ?? 0) * 1e6));
  }
});

it('keeps its links when it stood still for longer than the idle limit while its peer spoke', async () => {
  const node = ours('starved', 500);
  const { address } = await listenTcp(node, { host: '127.0.0.1', port: 0 });
  // A peer with a thread of its own, which says every 100 ms what a node says every ten seconds.
  const peer = new Worker(
    `const { workerData } = require('node:worker_threads');
     const socket = require('node:net').connect(workerData.port, '127.0.0.1');
     let sequence = 0;
     setInterval(() => {
       const json = Buffer.from(JSON.stringify({ NodeID: 'peer', UpdateID: 'u' + ++sequence, UpdateEpoch: 1,
         UpdateSequence: sequence, Connections: sequence < 3 ? {} : { starved: 1 }, ForwardingNode: 'peer',
         SuspectedDuplicate: 0 }));
       const head = Buffer.from([0, 0, 1]);
       head.writeUInt16LE(json.length + 1);
       socket.write(Buffer.concat([head, json]));
     }, 100);`,
    { eval: true, workerData: { port: address.port } },
  );
  cleanups.push(() => peer.terminate());
  await reach(node, 'peer');
  const ended: unknown[] = [];
  node.on('link-down', (event) => ended.push(event));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 100));
  expect(ended).toEqual([]);
  // It could have been lost.
  const lost = once(node, 'link-down');
  await peer.terminate();
  await lost;
}, 30_000);

const withoutGo = skipsWithoutGo();

describe.skipIf(withoutGo)(`a Go peer ${goReceptor.missing}`, () => {
  it('is sent no probes, and tolerates what our updates say about them', async () => {
    const node = ours('ours');
    const { address } = await listenTcp(node, { host: '127.0.0.1', port: 0 });
    const peer = { address: `127.0.0.1:${address.port}` };
    const go = await GoReceptor.start('go', [{ 'log-level': 'debug' }, { 'tcp-peer': peer }]);
    cleanups.push(() => go.stop());
    await reach(node, 'go');
    await go.logged(/Routing Table:[^]*ours via/);
    expect((await node.ping('go')).from).toBe('go');
    expect(node.links()).toMatchObject([{ nodeId: 'go', answersProbes: false }]);
    expect(node.links()[0]).not.toHaveProperty('rttMs');
    expect(go.log).not.toMatch(/Unknown message type|Error unpacking/);
  });

  it('that came back takes the place of its dead link at once, not after the idle limit', async () => {
    const node = ours('ours');
    const { address } = await listenTcp(node, { host: '127.0.0.1', port: 0 });
    const path = await relay(address.port);
    const first = await GoReceptor.start('go', [
      { 'tcp-peer': { address: `127.0.0.1:${path.port}` } },
    ]);
    cleanups.push(() => first.stop());
    await reach(node, 'go');
    path.freeze();
    await first.stop();
    const started = performance.now();
    const second = await GoReceptor.start('go', [
      { 'tcp-peer': { address: `127.0.0.1:${address.port}` } },
    ]);
    cleanups.push(() => second.stop());
    const [{ reason }] = (await once(node, 'link-down')) as [{ reason: string }];
    expect(reason).toBe('a newer link with that node has taken its place');
    await node.ping('go');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('that is there already keeps its link when it dials a second time', async () => {
    const node = ours('ours');
    const { address } = await listenTcp(node, { host: '127.0.0.1', port: 0 });
    const peer = { 'tcp-peer': { address: `127.0.0.1:${address.port}` } };
    const go = await GoReceptor.start('go', [peer, peer]);
    cleanups.push(() => go.stop());
    await go.logged(/rejected connection with node ours|Received a rejection message/);
    await go.logged(/Routing Table:[^]*ours via/);
    await reach(node, 'go');
    await node.ping('go');
    expect(node.links()).toHaveLength(1);
  });
});
