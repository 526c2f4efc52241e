import { UnitState } from '@receptorjs/control-protocol';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubernetesType } from './kubernetes-type.js';
import { ApiServer } from './testing/api-server.js';
import { TestNode } from './testing/test-node.js';

let server: ApiServer;
let node: TestNode;
let params: Record<string, string>;

beforeEach(async () => {
  server = await ApiServer.start();
  node = new TestNode();
  await node.start();
  params = { secret_kube_config: server.kubeConfig };
});
afterEach(async () => {
  await node.remove();
  for (const { container } of server.pods.values()) container?.end();
  await server.down();
});

const input = 'some input';
const created = (): Promise<boolean> =>
  vi.waitUntil(() => server.pods.size === 1, { interval: 5, timeout: 10_000 });
const isStored = (unitId: string, what: string): Promise<boolean> =>
  vi.waitUntil(() => node.statusFile(unitId).includes(what), { interval: 5, timeout: 10_000 });
const creations = (): number =>
  server.requests.filter((line) => /^POST .*\/pods$/.test(line)).length;

/** The next daemon finds the unit as one that was killed may have left it. */
async function restart(
  unitId: string,
  { data = {}, type }: { data?: Record<string, unknown>; type?: Partial<KubernetesType> } = {},
): Promise<void> {
  await node.stop();
  const path = node.path(unitId, 'status');
  const status = JSON.parse(readFileSync(path, 'utf8')) as { ExtraData: object };
  writeFileSync(path, JSON.stringify({ ...status, ExtraData: { ...status.ExtraData, ...data } }));
  await node.start(type);
}

/** The worker runs, and gives back what it gets. */
async function finishes(unitId: string): Promise<void> {
  await created();
  server.pod.run();
  server.pod.print((await server.pod.stdin).toString());
  server.pod.exit();
  expect((await node.ended(unitId)).detail).toBe('Finished');
  expect((await node.output(unitId)).toString()).toBe(input);
}

describe('a unit that waits to run as the daemon ends goes on, and gets its stdin once', () => {
  it('with the pod that there is', async () => {
    const unitId = await node.submit(params, input);
    await isStored(unitId, 'PodUID');
    await restart(unitId);
    await node.reaches(unitId, ({ detail }) => detail === 'Pod created');
    await finishes(unitId);
    expect(creations()).toBe(1);
  });

  it('with the pod that was made although nobody has heard of it', async () => {
    const unitId = await node.submit(params, input);
    await isStored(unitId, 'PodUID');
    await restart(unitId, { data: { PodUID: undefined } });
    await node.reaches(unitId, ({ detail }) => detail === 'Pod created');
    await isStored(unitId, server.pod.object.metadata?.uid ?? '');
    await finishes(unitId);
  });

  it('with a pod of the name that was stored before it was asked for', async () => {
    const unitId = await node.submit(params, input);
    await isStored(unitId, 'PodUID');
    const { name } = server.pod;
    await node.stop();
    server.remove(server.pod);
    await restart(unitId, { data: { PodUID: undefined } });
    await created();
    expect(server.pod.name).toBe(name);
    await finishes(unitId);
  });

  it('with a pod, where none had a name yet', async () => {
    server.refuse(/^POST .*\/pods$/, 503, 'ServiceUnavailable', 'not now', 1_000);
    const unitId = await node.submit(params, input);
    await node.reaches(unitId, ({ detail }) => detail.endsWith('not now'));
    await node.stop();
    await server.down();
    await restart(unitId, { data: { PodName: '', PodUID: undefined } });
    server = await ApiServer.start();
    await restart(unitId, { data: { KubeConfig: server.kubeConfig, Sealed: undefined } });
    await finishes(unitId);
  });

  it('with a pod that has run meanwhile and waits for it', async () => {
    const unitId = await node.submit(params, input);
    await isStored(unitId, 'PodUID');
    await node.stop();
    server.pod.run();
    await node.start();
    await finishes(unitId);
  });

  it('with its spool, although another one would have none now', async () => {
    const command = { ...params, kube_command: 'cat' };
    const unitId = await node.submit(command, input);
    await isStored(unitId, 'PodUID');
    await node.stop();
    server.remove(server.pod);
    await restart(unitId, { data: { PodUID: undefined }, type: { outputSpool: 'never' } });
    await created();
    server.pod.runForReal();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect((await node.output(unitId)).toString()).toBe(input);
    expect(server.requests.filter((line) => /\/log\?/.test(line))).toEqual([]);
  });

  it('and fails where its pod was deleted meanwhile', async () => {
    const unitId = await node.submit(params, input);
    await isStored(unitId, 'PodUID');
    await node.stop();
    server.remove(server.pod);
    await node.start();
    expect((await node.ended(unitId)).report).toMatchObject({ errorCode: 'pod-deleted' });
    expect(creations()).toBe(1);
  });
});

describe('the end of stdin that has come no further than to the API server', () => {
  beforeEach(() => {
    server.onCreated = (pod) => {
      pod.missedAttachments = 1;
      pod.runForReal();
    };
  });
  const command = (): Record<string, string> => ({ ...params, kube_command: 'cat' });
  const runs = (unitId: string): Promise<unknown> =>
    node.reaches(unitId, ({ state }) => state === UnitState.Running);

  it('is sent again once the connection has gone', async () => {
    const unitId = await node.submit(command());
    await runs(unitId);
    const [attached] = server.pod.sockets;
    attached?.terminate();
    expect((await node.ended(unitId)).detail).toBe('Finished');
  });

  it('is sent again although nothing of the connection was answered', async () => {
    const onCreated = server.onCreated.bind(server);
    server.onCreated = (pod) => {
      pod.cutAttachments = 1;
      onCreated(pod);
    };
    const unitId = await node.submit(command());
    expect((await node.ended(unitId)).detail).toBe('Finished');
  });

  it('is sent again by the next daemon', async () => {
    const unitId = await node.submit(command());
    await runs(unitId);
    await restart(unitId);
    expect((await node.ended(unitId)).detail).toBe('Finished');
  });
});

describe('a unit whose stdin had begun to be sent', () => {
  const sent = async (type?: Partial<KubernetesType>): Promise<string> => {
    const unitId = await node.submit(params, input);
    await node.reaches(unitId, ({ detail }) => detail === 'Pod created');
    await restart(unitId, { data: { StdinUnsent: undefined }, type });
    return unitId;
  };

  it('fails, and its pod is deleted', async () => {
    const { detail, report } = await node.ended(await sent());
    expect([detail, report?.errorCode]).toEqual([
      'Failed to restart: work unit is not in running state, cannot be restarted (it was: Pod created); submit it again',
      'input-incomplete',
    ]);
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
  });

  it('leaves its pod alone where it is told to', async () => {
    await node.ended(await sent({ deletePodOnRestart: false }));
    const [kept = ''] = server.pods.keys();
    // by the end of another unit the pod would be gone
    server.onCreated = (pod) => {
      pod.run();
      pod.exit();
    };
    await node.ended(await node.submit(params));
    expect([...server.pods.keys()]).toContain(kept);
  });

  it('is one of which none was sent, where nobody let it attach', async () => {
    server.refuse(/\/attach/, 500, 'InternalError', 'not today', 1_000);
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await node.submit(params, input);
    await node.reaches(unitId, ({ detail }) => detail.endsWith('not today'));
    await isStored(unitId, 'StdinUnsent');
  });

  it('is known by what is stored before the first byte is sent', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await node.submit(params, input);
    await created();
    expect((await server.pod.stdin).toString()).toBe(input);
    expect(node.statusFile(unitId)).not.toContain('StdinUnsent');
    await node.reaches(unitId, ({ state }) => state === UnitState.Running);
  });

  it('goes on where there was none to send', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await node.submit(params);
    await node.reaches(unitId, ({ state }) => state === UnitState.Running);
    expect(node.statusFile(unitId)).toContain('StdinUnsent');
  });
});
