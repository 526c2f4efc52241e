import { silentLogger } from '@receptorjs/primitives';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Clusters } from './clusters.js';
import { Orphans } from './pod/orphans.js';
import { ApiServer } from './testing/api-server.js';

let folder: string;
let server: ApiServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kube-clusters-'));
  server = await ApiServer.start();
});
afterEach(async () => {
  await server.down();
  rmSync(folder, { recursive: true, force: true });
});

it('units one after the other log in by a program once, until the kubeconfig names another cluster', async () => {
  const [path, count] = [join(folder, 'config'), join(folder, 'count')];
  const said = JSON.stringify({ status: { token: server.token } });
  const script = `echo x >> '${count}'; printf %s '${said}'`;
  const exec = { apiVersion: 'v1', command: 'sh', args: ['-c', script] };
  const withProgram = server.kubeConfig.replace(/"user":\{"token".*?\}/, () => {
    return `"user":${JSON.stringify({ exec })}`;
  });
  writeFileSync(path, withProgram);
  server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  const clusters = new Clusters({ limits: {}, log: silentLogger });
  for (let n = 0; n < 5; n++) {
    const { value, letGo } = clusters.api({ kind: 'file', path });
    await value.getPod('jobs', 'p');
    letGo();
  }
  expect(statSync(count).size).toBe(2);
  writeFileSync(path, withProgram.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1/other'));
  const other = clusters.api({ kind: 'file', path });
  expect(other.value.host).toBe('127.0.0.1:1');
  other.letGo();
});

it('a pod that was too young when the only unit began is deleted once it is of age, after that unit too', async () => {
  const labels = { 'receptor.node-id': 'n', 'receptor.data-id': 'd' };
  const creationTimestamp = new Date().toISOString();
  server.add({
    metadata: {
      name: 'orphan',
      namespace: 'jobs',
      creationTimestamp,
      labels: { ...labels, 'receptor.unit-id': 'gone0001' },
    },
  });
  const clusters = new Clusters({ limits: {}, log: silentLogger });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  try {
    const watch = clusters.watch(
      { kind: 'text', text: server.kubeConfig },
      'jobs',
      { labelSelector: 'receptor.node-id=n' },
      new Orphans(silentLogger).lookFor(labels, folder),
    );
    await vi.waitUntil(() => server.watchers === 1, { interval: 5 });
    watch.letGo();
    expect(server.pods.size).toBe(1);
    await vi.advanceTimersByTimeAsync(61_000);
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
  } finally {
    vi.useRealTimers();
  }
});
