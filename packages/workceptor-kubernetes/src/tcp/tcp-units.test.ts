import { UnitState } from '@receptorjs/control-protocol';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiServer } from '../testing/api-server.js';
import type { FakePod } from '../testing/fake-pod.js';
import { TestNode } from '../testing/test-node.js';

const local = { transport: 'unix' } as const;

let server: ApiServer;
let node: TestNode;
let sockets: Socket[];

const tcp = { streamMethod: 'tcp', tcpAddress: '127.0.0.1' } as const;
const submit = (stdin: string | Buffer = ''): Promise<string> =>
  node.submit({ secret_kube_config: server.kubeConfig }, stdin);
const stdout = (unitId: string): string => readFileSync(node.path(unitId, 'stdout'), 'utf8');

beforeEach(async () => {
  sockets = [];
  server = await ApiServer.start();
  node = new TestNode();
  await node.start(tcp);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const socket of sockets) socket.destroy();
  await node.remove();
  await server.down();
});

/** The variables of a pod's worker. */
function env(pod: FakePod): Readonly<Record<string, string>> {
  const { containers } = pod.object.spec as unknown as {
    readonly containers: readonly { readonly env: readonly { name: string; value: string }[] }[];
  };
  return Object.fromEntries(containers[0]?.env.map(({ name, value }) => [name, value]) ?? []);
}

/** What a pod's program does first. */
async function dial(pod: FakePod, localAddress = '127.0.0.1'): Promise<Socket> {
  const { RECEPTOR_HOST: host = '', RECEPTOR_PORT: port } = env(pod);
  const socket = connect({ host, port: Number(port), localAddress, allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** All that comes until its end; the other half stays open. */
async function allOf(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on('data', (piece: Buffer) => pieces.push(piece));
  await once(socket, 'end');
  return Buffer.concat(pieces);
}

function runs(pod: FakePod, podIP = '127.0.0.1'): void {
  pod.state({ running: {} }, { podIP });
}

it('stdin goes to the pod by the connection that it makes, and stdout comes back', async () => {
  const sent = Buffer.alloc(300_000, 'stdin ');
  let got: Buffer | undefined;
  server.onCreated = (pod) => {
    runs(pod);
    void dial(pod).then(async (socket) => {
      got = await allOf(socket);
      socket.end(`got ${got.length}\n`);
      await once(socket, 'close');
      pod.exit();
    });
  };
  const unitId = await submit(sent);
  expect(await node.ended(unitId)).toMatchObject({
    state: UnitState.Succeeded,
    detail: 'Finished',
  });
  expect(got?.equals(sent)).toBe(true);
  expect(stdout(unitId)).toBe('got 300000\n');
  expect(server.requests.filter((line) => /attach|log/.test(line))).toEqual([]);
});

it('without stdin its end comes at once, and the exit status counts', async () => {
  server.onCreated = (pod) => {
    runs(pod);
    void dial(pod).then(async (socket) => {
      await allOf(socket);
      socket.end('what went wrong\n');
      await once(socket, 'close');
      pod.exit(3);
    });
  };
  const unitId = await submit();
  expect(await node.ended(unitId)).toMatchObject({
    state: UnitState.Failed,
    detail: 'container failed with exit code 3',
    report: { errorCode: 'exit-status', lastOutput: 'what went wrong' },
  });
});

it('a connection of somebody else is refused, also one that comes before the pod has an address', async () => {
  const unitId = await submit('input');
  await vi.waitUntil(() => server.pods.size === 1, { interval: 5 });
  const { pod } = server;
  const early = await dial(pod, '127.0.0.2');
  const own = await dial(pod);
  const stolen: Buffer[] = [];
  early.on('data', (bytes: Buffer) => stolen.push(bytes));
  runs(pod);
  expect((await allOf(own)).toString()).toBe('input');
  await vi.waitUntil(() => early.readableEnded || early.closed, { interval: 5 });
  // nobody else is let in once it is there
  await expect(dial(pod)).rejects.toThrow(/ECONNREFUSED/);
  own.end('output');
  pod.exit();
  expect((await node.ended(unitId)).detail).toBe('Finished');
  expect(stdout(unitId)).toBe('output');
  expect(stolen).toEqual([]);
  expect(node.log).toEqual([
    `[${unitId}] a connection from 127.0.0.2 is refused: the pod is at 127.0.0.1`,
  ]);
});

it('a connection that is cut is output that is lost', async () => {
  server.onCreated = (pod) => {
    runs(pod);
    void dial(pod).then(async (socket) => {
      await new Promise((resolve) => socket.write('half', resolve));
      await vi.waitUntil(() => stdoutOf() === 'half', { interval: 5 });
      socket.resetAndDestroy();
      pod.exit();
    });
  };
  const stdoutOf = (): string => {
    try {
      return stdout(unitId);
    } catch {
      return '';
    }
  };
  const unitId = await submit();
  expect(await node.ended(unitId)).toMatchObject({
    state: UnitState.Failed,
    detail: expect.stringMatching(
      /^output may not be complete: behind byte 4 the connection of the pod was cut/,
    ) as string,
    report: { errorCode: 'output-lost' },
  });
});

it('a pod that never connects ends its unit, and is deleted', async () => {
  // five minutes pass at once, and less takes its time
  const { setTimeout: later } = globalThis;
  const isAll = (ms = 0): boolean => ms === 300_000;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((work: () => void, ms?: number) =>
    later(work, isAll(ms) ? 0 : ms),
  );
  server.onCreated = runs;
  expect(await node.ended(await submit('input'))).toMatchObject({
    state: UnitState.Failed,
    detail: expect.stringMatching(/^pod has run for 300 s without connecting to /) as string,
    report: { errorCode: 'not-connected' },
  });
  await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
});

it('output that is lost is said at once, and how the pod failed by itself says more', async () => {
  const unitId = await submit();
  await vi.waitUntil(() => server.pods.size === 1, { interval: 5 });
  runs(server.pod);
  const socket = await dial(server.pod);
  socket.write('half');
  await vi.waitUntil(async () => (await node.work.status(unitId)).stdoutSize === 4n, {
    interval: 5,
  });
  socket.resetAndDestroy();
  const cut = await node.reaches(unitId, ({ detail }) => detail.includes('was cut'));
  expect(cut).toMatchObject({
    state: UnitState.Running,
    detail: expect.stringMatching(/^Pod Running; output may not be complete: /) as string,
  });
  server.pod.exit(3);
  expect(await node.ended(unitId)).toMatchObject({ report: { errorCode: 'exit-status' } });
  expect(server.pods.size).toBe(1);
});

it('output has a bound', async () => {
  await node.stop();
  await node.start({ ...tcp, maxStdoutBytes: 10 });
  server.onCreated = (pod) => {
    runs(pod);
    void dial(pod).then((socket) => socket.write('more than ten bytes'));
  };
  expect(await node.ended(await submit())).toMatchObject({
    report: { errorCode: 'output-too-long' },
  });
  await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
});

it('a cancel ends the connection and the pod, and nobody can connect any more', async () => {
  const unitId = await submit();
  await vi.waitUntil(() => server.pods.size === 1, { interval: 5 });
  const { pod } = server;
  runs(pod);
  const socket = await dial(pod);
  await node.reaches(unitId, ({ state }) => state === UnitState.Running);
  const closed = once(socket, 'close');
  socket.resume();
  expect(await node.work.cancel(unitId, local)).toBe('done');
  socket.end();
  await closed;
  expect(server.pods.size).toBe(0);
  await expect(dial(pod)).rejects.toThrow(/ECONNREFUSED/);
});

it('a restart of the daemon ends a unit whose connection it was, and its pod', async () => {
  const unitId = await submit();
  await vi.waitUntil(() => server.pods.size === 1, { interval: 5 });
  runs(server.pod);
  await dial(server.pod);
  await node.reaches(unitId, ({ state }) => state === UnitState.Running);
  await node.stop();
  await node.start(tcp);
  expect(await node.ended(unitId)).toMatchObject({
    detail:
      'Failed to restart: the connection of its pod has ended with the daemon (streammethod tcp)',
    report: { errorCode: 'output-lost' },
  });
  await vi.waitUntil(() => server.pods.size === 0, { interval: 5 });
});

it('an address that can not be listened on ends the unit without a pod', async () => {
  await node.stop();
  await node.start({ ...tcp, tcpAddress: '203.0.113.1' });
  expect(await node.ended(await submit())).toMatchObject({
    detail: expect.stringMatching(/^Error listening: .*EADDRNOTAVAIL/) as string,
    report: { errorCode: 'run-failed' },
  });
  expect(server.pods.size).toBe(0);
});
