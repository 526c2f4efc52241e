import { UnitState } from '@receptorjs/control-protocol';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiServer } from './testing/api-server.js';
import { TestNode } from './testing/test-node.js';

const local = { transport: 'unix' } as const;

let server: ApiServer;
let node: TestNode;
let params: Record<string, string>;

beforeEach(async () => {
  server = await ApiServer.start();
  node = new TestNode();
  await node.start();
  params = { secret_kube_config: server.kubeConfig };
  server.onCreated = (pod) => {
    pod.run();
  };
});
afterEach(async () => {
  await node.remove();
  await server.down();
});

/** In the place of a disk that is full. */
const fillDisk = (unitId: string): void => {
  mkdirSync(node.path(unitId, 'status.new'));
};
const freeDisk = (unitId: string): void => {
  rmdirSync(node.path(unitId, 'status.new'));
};
const runs = (unitId: string): Promise<unknown> =>
  node.reaches(unitId, ({ state }) => state === UnitState.Running);

describe('where a unit can not be stored', () => {
  it('no pod is made of which the next daemon would know nothing', async () => {
    const submission = { node: 'near', workType: 'pod', params, signWork: false };
    const submitted = await node.work.submit(submission, local);
    const { unitId } = submitted;
    fillDisk(unitId);
    const starting = submitted.start(Readable.from([]));
    const { detail } = await node.reaches(unitId, (status) => status.detail.includes('stored'));
    expect(detail).toBe('Connecting to Kubernetes; what comes next waits until it can be stored');
    expect(server.pods.size).toBe(0);
    freeDisk(unitId);
    await starting;
    await runs(unitId);
    expect(node.statusFile(unitId)).toContain(server.pod.name);
  });

  it('its cancel is pending, for the next daemon would go on with it', async () => {
    const unitId = await node.submit(params);
    await runs(unitId);
    fillDisk(unitId);
    expect(await node.work.cancel(unitId, local)).toBe('pending');
    expect(server.pods.size).toBe(0);
    freeDisk(unitId);
    expect(await node.work.cancel(unitId, local)).toBe('done');
  });
});

it('a unit whose pod was refused has none, and is released although nothing may be asked', async () => {
  server.refuse(/pods/, 403, 'Forbidden', 'pods is forbidden', 1_000);
  const unitId = await node.submit(params);
  const { report } = await node.ended(unitId);
  expect(report?.errorCode).toBe('forbidden');
  expect(await node.work.release(unitId, { ...local, force: false })).toBe('done');
  expect(await node.work.list()).toEqual([]);
});

it('a pod that is not deleted at the first attempt after its end is shown to be there', async () => {
  server.onCreated = () => undefined;
  server.refuse(/DELETE/, 500, 'InternalError', 'not now');
  const unitId = await node.submit({ ...params, pod_pending_timeout: '50ms' });
  const end = 'Error creating pod: timed out waiting for the condition';
  await node.ended(unitId);
  await vi.waitUntil(
    async () =>
      (await node.work.status(unitId)).detail === `${end}; its pod is yet to be deleted: not now`,
    { interval: 5, timeout: 10_000 },
  );
  await vi.waitUntil(async () => (await node.work.status(unitId)).detail === end, {
    interval: 5,
    timeout: 10_000,
  });
  expect(server.pods.size).toBe(0);
});

it('a daemon goes on with a pod once the kubeconfig is readable that was just being replaced', async () => {
  await node.stop();
  const path = join(node.folder, 'kubeconfig');
  writeFileSync(path, server.kubeConfig);
  const type = { authMethod: 'kubeconfig', kubeConfig: path } as const;
  await node.start(type);
  const unitId = await node.submit({ kube_namespace: 'jobs' });
  await runs(unitId);
  await node.stop();
  writeFileSync(path, '');
  await node.start(type);
  const { state, detail } = await node.reaches(unitId, (status) => status.detail.includes(path));
  expect([state, detail]).toEqual([UnitState.Running, expect.stringMatching(/^Pod Running; /)]);
  writeFileSync(path, server.kubeConfig);
  server.pod.print('out\n');
  server.pod.exit();
  expect((await node.ended(unitId)).detail).toBe('Finished');
  expect((await node.output(unitId)).toString()).toBe('out\n');
});
