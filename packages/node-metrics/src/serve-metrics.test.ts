import { MeshNode } from '@receptorjs/netceptor';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { NodeMetrics } from './node-metrics.js';
import { serveMetrics, type MetricsListener } from './serve-metrics.js';

let node: MeshNode;
let metrics: NodeMetrics;
let listener: MetricsListener;
let why: string | undefined;
let base: string;
beforeEach(async () => {
  node = new MeshNode({ nodeId: 'hop' });
  metrics = new NodeMetrics({ node, version: '1' });
  why = undefined;
  listener = await serveMetrics(metrics, { host: '127.0.0.1', port: 0, unready: () => why });
  base = `http://127.0.0.1:${listener.address.port}`;
});
afterEach(async () => {
  await listener.close();
  await node.close();
});

it('answers metrics and health', async () => {
  const reply = await fetch(`${base}/metrics?x=1`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await reply.text()).toContain('receptor_info{node_id="hop",version="1"} 1\n');
  expect(await (await fetch(`${base}/healthz`)).text()).toBe('ok\n');
  expect((await fetch(`${base}/metrics`, { method: 'HEAD' })).status).toBe(200);
});

it('says why the node is not ready', async () => {
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  why = 'the node is stopping';
  const reply = await fetch(`${base}/readyz`);
  expect([reply.status, await reply.text()]).toEqual([503, 'the node is stopping\n']);
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
});

it('refuses everything else', async () => {
  expect((await fetch(`${base}/secrets`)).status).toBe(404);
  expect((await fetch(`${base}/metrics`, { method: 'POST', body: 'x' })).status).toBe(405);
});

it('reads once for all who ask at once', async () => {
  const read = vi.spyOn(metrics, 'read');
  let finish: (text: string) => void = () => undefined;
  read.mockReturnValueOnce(new Promise((resolve) => (finish = resolve)));
  const replies = Array.from({ length: 5 }, () => fetch(`${base}/metrics`));
  // requests on other connections are answered meanwhile; those before them have been taken by then
  await vi.waitFor(() => expect(read).toHaveBeenCalled());
  for (let round = 0; round < 5; round += 1) await fetch(`${base}/healthz`);
  finish('all\n');
  const texts = await Promise.all(replies.map(async (reply) => (await reply).text()));
  expect(texts.filter((text) => text === 'all\n').length).toBeGreaterThan(1);
});

it('says that metrics can not be read', async () => {
  vi.spyOn(metrics, 'read').mockRejectedValueOnce(new Error('no disk'));
  const reply = await fetch(`${base}/metrics`);
  expect([reply.status, await reply.text()]).toEqual([500, 'no disk\n']);
});

it('is closed though a client holds a connection that asks nothing', async () => {
  const silent = connect(listener.address.port, '127.0.0.1');
  await new Promise((resolve) => silent.once('connect', resolve));
  silent.on('error', () => undefined);
  const closed = new Promise((resolve) => silent.once('close', resolve));
  await listener.close();
  await closed;
});

it('says what can not be listened on', async () => {
  const { port } = listener.address;
  await expect(serveMetrics(metrics, { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'listen-failed',
    message: expect.stringMatching(
      new RegExp(`^error listening for metrics on 127.0.0.1:${port}: .*EADDRINUSE`),
    ) as string,
  });
});
