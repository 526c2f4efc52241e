import { stateName, UnitState, type UnitStatus } from '@receptorjs/control-protocol';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiServer } from './testing/api-server.js';
import type { FakePod } from './testing/fake-pod.js';
import { TestNode } from './testing/test-node.js';

const local = { transport: 'unix' } as const;

let server: ApiServer;
let node: TestNode;

const submit = (
  stdin: string | Buffer = '',
  params: Record<string, string> = {},
): Promise<string> => node.submit({ secret_kube_config: server.kubeConfig, ...params }, stdin);
const runs = (unitId: string): Promise<UnitStatus> =>
  node.reaches(unitId, ({ state }) => state === UnitState.Running);
const output = async (unitId: string): Promise<string> => (await node.output(unitId)).toString();
const listed = async (): Promise<string[]> => (await node.work.list()).map(([unitId]) => unitId);
const created = (): Promise<boolean> =>
  vi.waitUntil(() => server.pods.size === 1, { interval: 5, timeout: 10_000 });
const stamp = (n: number): string => `2026-01-02T03:04:05.${String(n).padStart(9, '0')}Z`;

beforeEach(async () => {
  server = await ApiServer.start();
  node = new TestNode();
  await node.start();
});
afterEach(async () => {
  await node.remove();
  await server.down();
});

describe('a unit', () => {
  it('is a pod that gets stdin and whose log is stdout', async () => {
    server.onCreated = (pod) => {
      pod.run();
      void pod.stdin.then((stdin) => {
        pod.print(`got ${stdin.toString()}\n`, stamp(1));
        pod.print('no newline', stamp(2));
        pod.exit();
      });
    };
    const unitId = await submit('input', { kube_params: '-v "a b"' });
    const status = await node.ended(unitId);
    expect([stateName(status.state), status.detail]).toEqual(['Succeeded', 'Finished']);
    expect(await output(unitId)).toBe('got input\nno newline');
    expect((await node.work.status(unitId)).report?.stdoutSha256).toBe(
      createHash('sha256').update('got input\nno newline').digest('hex'),
    );
    expect(server.pod.object).toMatchObject({
      metadata: {
        namespace: 'jobs',
        generateName: 'pod-',
        labels: { 'receptor.node-id': 'near', 'receptor.unit-id': unitId },
      },
      spec: { restartPolicy: 'Never', containers: [{ name: 'worker', args: ['-v', 'a b'] }] },
    });
  });

  it('shows the original its keys, and nobody what is secret', async () => {
    const unitId = await submit('', { kube_command: 'run' });
    await created();
    const { extraData } = await node.work.status(unitId);
    expect(extraData).toEqual({
      Image: 'img',
      Command: 'run',
      Params: '',
      KubeNamespace: 'jobs',
      KubeConfig: '',
      KubePod: '',
      PodName: server.pod.name,
    });
    expect(node.statusFile(unitId)).not.toContain('hush');
  });

  it('says what it does', async () => {
    const unitId = await submit('x');
    await node.reaches(unitId, ({ detail }) => detail === 'Pod created');
    server.pod.state({ waiting: { reason: 'ImagePullBackOff', message: 'no such image' } });
    const waiting = await node.reaches(unitId, ({ detail }) => detail.includes(';'));
    expect(waiting.detail).toBe('Pod created; ImagePullBackOff: no such image');
    server.pod.run();
    expect((await runs(unitId)).detail).toBe('Pod Running');
    server.pod.exit();
    expect((await node.ended(unitId)).detail).toBe('Finished');
  });

  it('that is released takes its pod along', async () => {
    server.onCreated = (pod) => {
      pod.run();
      pod.exit();
    };
    const unitId = await submit();
    await node.ended(unitId);
    expect(server.pods.size).toBe(1);
    expect(await node.work.release(unitId, { ...local, force: false })).toBe('done');
    expect(server.pods.size).toBe(0);
  });
});

describe('output', () => {
  it('is complete after cuts, clean ends that are none, and failures of the API server', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit();
    await runs(unitId);
    const { pod } = server;
    let expected = '';
    for (let n = 1; n <= 6; n++) {
      // two of one stamp
      for (const text of [`line ${n}\n`, `again ${n}\n`]) {
        pod.print(text, stamp(n));
        expected += text;
      }
      await vi.waitUntil(() => pod.followers === 1, { interval: 5, timeout: 15_000 });
      if (n % 3 === 0) pod.endFollowing();
      else pod.cutFollowing();
      if (n % 2 === 0) server.refuse(/log/, 500, 'InternalError', 'kubelet is away');
    }
    pod.exit();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect(await output(unitId)).toBe(expected);
  });

  it('is not held back by those who read it, so that its log may rotate meanwhile', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit();
    await runs(unitId);
    const signal = AbortSignal.timeout(25_000);
    const results = await node.work.results(unitId, 0n, { ...local, signal });
    const slow = results[Symbol.asyncIterator]();
    const got: Buffer[] = [];
    const { pod } = server;
    const line = `${'a'.repeat(2 ** 20 - 1)}\n`;
    for (let n = 1; n <= 4; n++) {
      pod.print(line, `2026-01-02T03:04:${n * 10}.1Z`);
      const size = BigInt(n * line.length);
      await vi.waitUntil(async () => (await node.work.status(unitId)).stdoutSize === size, {
        interval: 5,
        timeout: 10_000,
      });
      if (n === 1) got.push(Buffer.from((await slow.next()).value as Uint8Array));
      pod.rotate();
    }
    pod.exit();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    // whose memory is used again
    for await (const piece of { [Symbol.asyncIterator]: () => slow }) got.push(Buffer.from(piece));
    expect(Buffer.concat(got).equals(Buffer.from(line.repeat(4)))).toBe(true);
  });

  it('that was lost makes the unit fail, which says where', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit();
    await runs(unitId);
    const { pod } = server;
    pod.print('first\n', stamp(1));
    await vi.waitUntil(async () => (await node.work.status(unitId)).stdoutSize === 6n, {
      interval: 5,
    });
    pod.cutFollowing();
    pod.print('lost\n', stamp(2));
    pod.rotate();
    pod.print('last\n', stamp(3));
    pod.exit();
    const status = await node.ended(unitId);
    expect(status).toMatchObject({
      state: UnitState.Failed,
      report: { errorCode: 'output-lost', lastOutput: 'first\nlast' },
    });
    expect(status.detail).toMatch(/^output is not complete: behind byte 6 /);
  });

  it('is not lost where a file of the log ends with its answer', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit();
    await runs(unitId);
    const { pod } = server;
    pod.print('first\n', stamp(1));
    await vi.waitUntil(async () => (await node.work.status(unitId)).stdoutSize === 6n, {
      interval: 5,
    });
    pod.rotate();
    pod.endFollowing();
    pod.print('last\n', stamp(3));
    pod.exit();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect(await output(unitId)).toBe('first\nlast\n');
  });

  it('has a bound', async () => {
    await node.stop();
    await node.start({ maxStdoutBytes: 10 });
    server.onCreated = (pod) => {
      pod.run();
      pod.print('more than ten bytes\n');
    };
    const unitId = await submit();
    expect(await node.ended(unitId)).toMatchObject({ report: { errorCode: 'output-too-long' } });
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
  });
});

describe('a failure', () => {
  it.each<[string, (pod: FakePod) => void, string, string, number]>([
    [
      'of the worker',
      (pod) => {
        pod.run();
        pod.print('what went wrong\n');
        pod.exit(3);
      },
      'exit-status',
      'container failed with exit code 3',
      1,
    ],
    [
      'for want of memory',
      (pod) => {
        pod.run();
        pod.exit(137, 'OOMKilled');
      },
      'out-of-memory',
      'container failed with exit code 137: killed for want of memory (OOMKilled)',
      1,
    ],
    [
      'to start',
      (pod) => {
        pod.state(
          { terminated: { exitCode: 128, reason: 'StartError', message: 'no such file' } },
          { phase: 'Failed' },
        );
      },
      'container-not-started',
      'Error creating pod: container failed to start, exit code 128: no such file',
      0,
    ],
    [
      'of a pod that is deleted',
      (pod) => {
        pod.run();
        server.remove(pod);
      },
      'pod-deleted',
      'pod was deleted before it had ended',
      0,
    ],
  ])('%s ends the unit', async (_, happens, errorCode, detail, pods) => {
    server.onCreated = happens;
    expect(await node.ended(await submit())).toMatchObject({
      state: UnitState.Failed,
      detail,
      report: { errorCode },
    });
    await vi.waitUntil(() => server.pods.size === pods, { interval: 5 });
  });

  it.each([
    [403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: q', 'quota-exceeded'],
    [422, 'Invalid', 'Pod is invalid', 'rejected-pod'],
  ])('by the API server (%d) is told in its words', async (code, reason, message, errorCode) => {
    server.refuse(/POST/, code, reason, message);
    expect(await node.ended(await submit())).toMatchObject({
      detail: `Error creating pod: ${message}`,
      report: { errorCode },
    });
  });

  it('to start in time tells what the pod waited for, and leaves none', async () => {
    server.onCreated = (pod) => {
      pod.status({
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no node' },
        ],
      });
    };
    expect(await node.ended(await submit('', { pod_pending_timeout: '300ms' }))).toMatchObject({
      detail: 'Error creating pod: timed out waiting for the condition, Unschedulable: no node',
      report: { errorCode: 'unschedulable' },
    });
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
  });

  it('of stdin ends the unit and its pod, for it can not be sent again', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit(Buffer.alloc(32 * 2 ** 20));
    await created();
    await vi.waitUntil(() => server.pod.sockets.size === 1, { interval: 1 });
    for (const socket of server.pod.sockets) socket.terminate();
    const status = await node.ended(unitId);
    expect(status.report?.errorCode).toBe('input-lost');
    expect(status.detail).toMatch(/^Error with pod's stdin: /);
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
  }, 40_000);

  it.each([
    [401, 'Unauthorized', 'Unauthorized', 'login-refused'],
    [403, 'Forbidden', 'pods is forbidden: User "x" cannot create', 'forbidden'],
    [404, 'NotFound', 'namespaces "jobs" not found', 'rejected-pod'],
  ])('of the login or the role (%d) has a code of its own', async (code, reason, message, own) => {
    server.refuse(/POST/, code, reason, message, 2);
    expect(await node.ended(await submit())).toMatchObject({
      detail: `Error creating pod: ${message}`,
      report: { errorCode: own },
    });
  });

  it.each([
    [{ secret_kube_config: '{}' }, 'no current cluster'],
    [{ secret_kube_config: 'users: [{user: {token: hush' }, 'it is no YAML in line 1'],
    [{ secret_kube_pod: 'spec: {env: hush}}' }, "the pod can't be read: it is no YAML in line 1"],
  ])(
    'of the configuration refuses the start, and shows nothing of it (%#)',
    async (params, why) => {
      await expect(submit('', params)).rejects.toThrow(why);
      const [unitId = ''] = await listed();
      const shown = [
        JSON.stringify((await node.work.status(unitId)).detail),
        node.statusFile(unitId),
        ...node.log,
      ];
      expect(shown.join('\n')).not.toContain('hush');
    },
  );

  it('to start within weeks is no failure to start at once', async () => {
    const unitId = await submit('', { pod_pending_timeout: '10000h' });
    await created();
    await node.reaches(unitId, ({ detail }) => detail === 'Pod created');
    server.pod.run();
    await runs(unitId);
    server.pod.exit();
    expect((await node.ended(unitId)).detail).toBe('Finished');
  });

  it('of an API server that sends nonsense is a problem of that unit, for as long as it does', async () => {
    server.fail(/GET .*pods\?labelSelector/, 200, { body: { items: [{}] }, times: 2 });
    const unitId = await submit();
    await node.reaches(unitId, ({ detail }) => detail.includes('a pod without a name'));
    server.pod.run();
    await runs(unitId);
    server.sendToWatchers('{"type":"MODIFIED","object":{"metadata":{},"status":null}}\n');
    server.pod.exit();
    expect((await node.ended(unitId)).detail).toBe('Finished');
  });
});

describe('a cluster that is away', () => {
  it('keeps a pod from being made for a while only, and it is made once', async () => {
    await server.down();
    const unitId = await submit();
    const away = await node.reaches(unitId, ({ detail }) => detail.includes("can't reach"));
    expect(away.detail).toMatch(/^Connecting to Kubernetes; can't reach the API server/);
    server.onCreated = (pod) => {
      pod.run();
      pod.exit();
    };
    await server.up();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    expect(server.pods.size).toBe(1);
  });

  it('that has made the pod, and whose answer was lost, has made one', async () => {
    server.onCreated = (pod) => {
      pod.run();
      pod.exit();
    };
    server.loseAnswer(/POST/);
    expect((await node.ended(await submit())).detail).toBe('Finished');
    expect(server.pods.size).toBe(1);
    expect(server.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('that may have made a pod without an answer is asked until it can not come any more', async () => {
    server.fail(/POST/, 504, { body: 'no answer in time', times: 99 });
    const unitId = await submit();
    await node.reaches(unitId, ({ detail }) => detail.includes('no answer in time'));
    expect(await node.work.cancel(unitId, local)).toBe('pending');
    expect((await node.work.status(unitId)).detail).toMatch(/may still be making it$/);
    // it comes after all
    const { extraData } = await node.work.status(unitId);
    const { KubeNamespace, PodName } = extraData as Readonly<Record<string, string>>;
    server.add({
      metadata: {
        name: PodName ?? '',
        namespace: KubeNamespace ?? '',
        labels: { 'receptor.unit-id': unitId },
      },
    });
    expect(await node.work.release(unitId, { ...local, force: false })).toBe('done');
    expect(server.pods.size).toBe(0);
  });

  it('is told of a cancel when it is back, which shows until then', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit();
    await runs(unitId);
    await server.down();
    expect(await node.work.cancel(unitId, local)).toBe('pending');
    expect((await node.work.status(unitId)).detail).toMatch(
      /^Canceled; its pod is yet to be deleted: can't reach the API server/,
    );
    // a restart keeps it in mind
    await node.stop();
    await node.start();
    await server.up();
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5, timeout: 10_000 });
    await vi.waitUntil(async () => (await node.work.status(unitId)).detail === 'Canceled', {
      interval: 5,
    });
  });

  it('is told of a release too, and the unit goes then', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit();
    await runs(unitId);
    await server.down();
    expect(await node.work.release(unitId, { ...local, force: false })).toBe('pending');
    await server.up();
    await vi.waitUntil(() => server.pods.size === 0, { interval: 5, timeout: 10_000 });
    await vi.waitUntil(async () => (await node.work.list()).length === 0, { interval: 5 });
  });
});

describe('a daemon that is started again', () => {
  it('goes on with a pod that runs, without a gap or a repeat', async () => {
    server.onCreated = (pod) => {
      pod.run();
    };
    const unitId = await submit();
    await runs(unitId);
    const { pod } = server;
    pod.print('one\n', stamp(1));
    pod.print('two\n', stamp(1));
    await vi.waitUntil(async () => (await node.work.status(unitId)).stdoutSize === 8n, {
      interval: 5,
    });
    const cursor = node.path(unitId, 'log-cursor');
    await vi.waitUntil(() => existsSync(cursor), { interval: 5 });
    expect(node.statusFile(unitId)).not.toContain(stamp(1));
    await node.stop();
    pod.print('three\n', stamp(1));
    await node.start();
    pod.exit();
    expect((await node.ended(unitId)).detail).toBe('Finished');
    const asked = server.requests.filter((line) => line.includes('/log?'));
    expect(asked.at(-1)).toContain('sinceTime=');
    expect(await output(unitId)).toBe('one\ntwo\nthree\n');
  });
});

it('pods of this node whose units are gone are deleted, and no others', async () => {
  const add = (name: string, labels: Record<string, string>, creationTimestamp: string): FakePod =>
    server.add({ metadata: { name, namespace: 'jobs', uid: name, labels, creationTimestamp } });
  const old = '2020-01-01T00:00:00Z';
  const own = await submit();
  await created();
  const mine = { ...server.pod.object.metadata?.labels, 'receptor.unit-id': 'abcdefgh' };
  expect(mine).toMatchObject({
    'receptor.node-id': 'near',
    'receptor.data-id': expect.stringMatching(/^[0-9a-f]{16}$/) as string,
  });
  add('orphan', mine, old);
  add('young', mine, new Date().toISOString());
  add('other-node', { ...mine, 'receptor.node-id': 'far' }, old);
  // another node of the same ID, whose units this one knows nothing of
  add('other-data', { ...mine, 'receptor.data-id': '0123456789abcdef' }, old);
  add('no-unit', { ...mine, 'receptor.unit-id': '../../etc' }, old);
  add('own', { ...mine, 'receptor.unit-id': own }, old);
  for (let n = 0; n < 20; n++) add(`orphan${n}`, mine, old);
  // lists again
  await node.work.cancel(own, local);
  const other = await submit();
  await vi.waitUntil(() => ![...server.pods.keys()].some((name) => name.includes('orphan')), {
    interval: 5,
  });
  await node.work.cancel(other, local);
  expect([...server.pods.keys()]).toEqual([
    'jobs/young',
    'jobs/other-node',
    'jobs/other-data',
    'jobs/no-unit',
    'jobs/own',
  ]);
});

it('many pods are followed by one watch', async () => {
  server.onCreated = (pod) => {
    pod.run();
    pod.print(`${pod.name}\n`);
  };
  const unitIds = await Promise.all(Array.from({ length: 20 }, () => submit()));
  await Promise.all(unitIds.map(runs));
  for (const pod of server.pods.values()) pod.exit();
  const statuses = await Promise.all(unitIds.map((unitId) => node.ended(unitId)));
  expect(new Set(statuses.map(({ detail }) => detail))).toEqual(new Set(['Finished']));
  expect(server.requests.filter((line) => line.includes('watch='))).toHaveLength(1);
  await Promise.all(unitIds.map((unitId) => node.work.release(unitId, { ...local, force: false })));
  expect(server.pods.size).toBe(0);
});
