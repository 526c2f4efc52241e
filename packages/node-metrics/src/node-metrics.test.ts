import { MeshNode } from '@receptorjs/netceptor';
import { dialTcp, listenTcp } from '@receptorjs/netceptor-backends';
import { StreamHost } from '@receptorjs/netceptor-streams';
import { commandWorkType, Workceptor } from '@receptorjs/workceptor';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MetricsSources } from './metrics-sources.js';
import { NodeMetrics } from './node-metrics.js';
import { valueOf, valuesOf } from './test-metrics.js';

let near: MeshNode;
let far: MeshNode;
let folder: string;
beforeEach(async () => {
  near = new MeshNode({ nodeId: 'near' });
  far = new MeshNode({ nodeId: 'far "quoted"' });
  folder = await mkdtemp(join(tmpdir(), 'node-metrics-'));
});
afterEach(async () => {
  await Promise.all([near.close(), far.close()]);
  await rm(folder, { recursive: true });
});

it('tells links with their traffic, routes, services, drops and streams', async () => {
  const { address } = await listenTcp(far, { host: '127.0.0.1', port: 0 });
  await dialTcp(near, address);
  await near.reachable(far.nodeId);
  await near.ping(far.nodeId);
  const streams = new StreamHost(near);
  await new StreamHost(far).listen('echo', {}, (stream) => {
    stream.on('error', () => undefined).pipe(stream);
  });
  const stream = await streams.dial(far.nodeId, 'echo');
  const socketOfFar = far.openDatagram();
  const refused = new Promise((resolve) => socketOfFar.once('unreachable', resolve));
  socketOfFar.send('near', 'nothing', Buffer.from('x'));
  await refused;

  const text = await new NodeMetrics({ node: near, version: '1.2.3', streams }).read();
  expect(valueOf(text, 'receptor_info', { node_id: 'near', version: '1.2.3' })).toBe(1);
  expect(valueOf(text, 'receptor_known_nodes')).toBe(1);
  expect(valueOf(text, 'receptor_open_streams')).toBe(1);
  expect(valueOf(text, 'receptor_open_services')).toBeGreaterThan(0);
  const link = { peer: 'far "quoted"', link: `tcp ${address.host}:${address.port}` };
  expect(valueOf(text, 'receptor_link_up', link)).toBe(1);
  const sent = valueOf(text, 'receptor_link_sent_bytes_total', link);
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThanOrEqual(near.links()[0]?.traffic?.sentBytes ?? 0);
  expect(valueOf(text, 'receptor_link_dropped_data_messages_total', link)).toBe(0);
  expect(valueOf(text, 'receptor_link_queued_bytes', link)).toBeGreaterThanOrEqual(0);
  const dropped = 'receptor_dropped_messages_total';
  expect(valueOf(text, dropped, { reason: 'service-unknown' })).toBe(1);
  expect(valueOf(text, dropped, { reason: 'firewall-drop' })).toBe(0);
  expect(valuesOf(text, 'nodejs_eventloop_lag_seconds')).toHaveLength(1);
  socketOfFar.close();
  stream.destroy();
});

it('forgets a link that is gone, and has nothing of parts that are not there', async () => {
  const listener = await listenTcp(far, { host: '127.0.0.1', port: 0 });
  const dialer = await dialTcp(near, { ...listener.address, redial: false });
  await near.reachable(far.nodeId);
  const metrics = new NodeMetrics({ node: near, version: '1' });
  expect(valuesOf(await metrics.read(), 'receptor_link_up')).toHaveLength(1);
  const down = new Promise((resolve) => near.once('link-down', resolve));
  await dialer.close();
  await down;
  const text = await metrics.read();
  expect(valuesOf(text, 'receptor_link_up')).toEqual([]);
  expect(text).not.toMatch(/receptor_(?:open_streams|work_|disk_|certificate|control_)/);
  await listener.close();
});

it('counts units by type and state, and measures their disk', async () => {
  const work = new Workceptor({ nodeId: 'near', dataDir: folder });
  work.registerWorkType(commandWorkType({ workType: 'cat', command: 'cat' }));
  work.registerWorkType(commandWorkType({ workType: 'one', command: 'cat', maxRunning: 1 }));
  await work.start();
  const submission = { node: 'near', workType: 'cat', params: {}, signWork: false };
  const access = { transport: 'unix' } as const;
  await work.submit(submission, access);
  const pending = await work.submit({ ...submission, params: { submissionid: 'far/abc' } }, access);
  // it is known by its name from when its stdin begins to come
  const input = new PassThrough().on('error', () => undefined);
  const started = pending.start(input);
  const certificates = () => [
    { config: 'mesh', kind: 'tls-server' as const, notAfterMs: 1_800_000_000_000 },
  ];
  const metrics = new NodeMetrics({
    node: near,
    version: '1',
    work,
    dataDir: folder,
    certificates,
    controlConnections: () => 7,
  });
  const text = await metrics.read();
  expect(valueOf(text, 'receptor_control_connections')).toBe(7);
  expect(valueOf(text, 'receptor_mesh_entries', { kind: 'nodes' })).toBe(1);
  expect(valueOf(text, 'receptor_work_running_units', { work_type: 'one' })).toBe(0);
  expect(valueOf(text, 'receptor_work_max_running_units', { work_type: 'one' })).toBe(1);
  expect(valuesOf(text, 'receptor_work_max_running_units')).toHaveLength(1);
  expect(valueOf(text, 'receptor_work_pending_units')).toBe(0);
  expect(valueOf(text, 'receptor_work_incomplete_submissions')).toBe(1);
  expect(valueOf(text, 'receptor_work_units', { work_type: 'cat', state: 'Pending' })).toBe(2);
  const free = valueOf(text, 'receptor_disk_free_bytes');
  expect(free).toBeGreaterThan(0);
  expect(valueOf(text, 'receptor_disk_size_bytes')).toBeGreaterThanOrEqual(free);
  const labels = { config: 'mesh', kind: 'tls-server' };
  expect(valueOf(text, 'receptor_certificate_expiry_timestamp_seconds', labels)).toBe(
    1_800_000_000,
  );
  input.destroy(new Error('gone'));
  await expect(started).rejects.toThrow('gone');
  await work.close();
});

it('refuses what it can not read', () => {
  const options: object = { node: {}, version: '1' };
  expect(() => new NodeMetrics(options as MetricsSources)).toThrow(/a MeshNode/);
});

it('has a row in docs/operations.md for each metric, and no other', async () => {
  const work = new Workceptor({ nodeId: 'near', dataDir: folder });
  const streams = new StreamHost(near);
  const metrics = new NodeMetrics({
    node: near,
    version: '1',
    streams,
    work,
    dataDir: folder,
    certificates: () => [],
    controlConnections: () => 0,
  });
  const text = await metrics.read();
  const names = [...text.matchAll(/^# TYPE (receptor_\w+) (\w+)$/gm)].map(
    ([, name = '', type = '']) => `${name} ${type}`,
  );
  const page = await readFile(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `(receptor_\w+)` +\| (\w+)/gm)].map(
    ([, name = '', type = '']) => `${name} ${type}`,
  );
  expect(rows.sort()).toEqual(names.sort());
});
