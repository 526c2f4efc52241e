import { silentLogger } from '@receptorjs/primitives';
import { UnitFile } from '@receptorjs/workceptor/internal';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ContainerState, Pod } from '../cluster/objects.js';
import { StdoutFile } from '../output/stdout-file.js';
import { PodProgress } from '../pod/pod-progress.js';
import { localAddress } from './local-address.js';
import { PodListener } from './pod-listener.js';
import { TcpStreams } from './tcp-streams.js';

let folder: string;
let over: AbortController;
let listener: PodListener;
let progress: PodProgress;
let socket: Socket | undefined;
let isFull: boolean;
let stdout: StdoutFile;
let problems: (string | undefined)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kube-tcp-'));
  writeFileSync(join(folder, 'stdin'), 'input');
  over = new AbortController();
  listener = await PodListener.open({ host: '127.0.0.1', unitId: 'u', log: silentLogger });
  progress = new PodProgress('u', () => undefined);
  [socket, isFull, problems] = [undefined, false, []];
  stdout = new StdoutFile({
    path: join(folder, 'stdout'),
    reserve: { admits: () => Promise.resolve(!isFull) },
    maxBytes: 100_000,
    onGrown: () => undefined,
    onProblem: (why) => {
      problems.push(why);
    },
    signal: over.signal,
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  over.abort();
  await stdout.close().catch(() => undefined);
  listener.close();
  socket?.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const see = (state: ContainerState): void => {
  const pod: Pod = {
    metadata: { name: 'p', uid: 'u' },
    status: { podIP: '::ffff:127.0.0.1', containerStatuses: [{ name: 'worker', state }] },
  };
  progress.see(pod);
};
const streams = (times: Readonly<Record<string, number>> = {}): TcpStreams =>
  new TcpStreams({
    listener,
    stdin: join(folder, 'stdin'),
    signal: over.signal,
    times,
  });
async function dial(): Promise<Socket> {
  const { RECEPTOR_PORT: port } = listener.env;
  socket = connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

it('a pod that does not connect in time says so, and where to', async () => {
  see({ running: {} });
  const late = streams({ connect: 20 });
  const { RECEPTOR_PORT: port = '' } = listener.env;
  expect(await late.read(progress, stdout, over.signal)).toMatchObject({
    kind: 'over',
    end: {
      code: 'not-connected',
      detail: `pod has run for 0.02 s without connecting to RECEPTOR_HOST 127.0.0.1, RECEPTOR_PORT ${port}, as streammethod tcp needs`,
    },
  });
  expect(await late.feed(progress)).toBeUndefined();
});

it('one that ends and has not connected is not waited for', async () => {
  see({ running: {} });
  const reading = streams({ silent: 20 }).read(progress, stdout, over.signal);
  see({ terminated: { exitCode: 0 } });
  expect(await reading).toMatchObject({
    kind: 'lost',
    end: {
      code: 'not-connected',
      detail: expect.stringMatching(/^pod has ended without/) as string,
    },
  });
});

it('one that has ended its output and goes on has finished, as for the original', async () => {
  see({ running: {} });
  const one = streams({ end: 20 });
  const reading = one.read(progress, stdout, over.signal);
  (await dial()).end('output');
  expect(await reading).toEqual({ kind: 'over', end: { state: 2, detail: 'Finished' } });
  expect(readFileSync(join(folder, 'stdout'), 'utf8')).toBe('output');
});

it('the connection of one that has ended is not waited for for ever', async () => {
  see({ running: {} });
  const reading = streams({ silent: 20 }).read(progress, stdout, over.signal);
  (await dial()).write('half');
  await vi.waitUntil(() => stdoutText() === 'half', { interval: 5 });
  see({ terminated: { exitCode: 0 } });
  expect(await reading).toMatchObject({
    kind: 'lost',
    end: {
      code: 'output-lost',
      detail:
        'output may not be complete: behind byte 4 the connection of the pod was cut (the pod has ended, and its connection has not)',
    },
  });
});
const stdoutText = (): string => {
  try {
    return readFileSync(join(folder, 'stdout'), 'utf8');
  } catch {
    return '';
  }
};

it.each([
  ['first', []],
  // what is short is waited for, and what is longer is written in the background
  ['last', [60_000, 68_000]],
])('output whose %s write fails is not complete', async (_, sizes) => {
  see({ running: {} });
  const reading = streams({ end: 20 }).read(progress, stdout, over.signal);
  const failure = expect(reading).rejects.toThrow('ENOSPC');
  const one = await dial();
  for (const size of sizes) {
    one.write(Buffer.alloc(size - stdoutText().length, 'a'));
    await vi.waitUntil(() => stdoutText().length === size, { interval: 2 });
  }
  const write = vi.spyOn(UnitFile.prototype, 'write');
  write.mockRejectedValue(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
  one.write('last');
  await vi.waitUntil(() => write.mock.calls.length > 0, { interval: 2 });
  one.end();
  await failure;
});

it('a full disk is waited for, and says so', async () => {
  isFull = true;
  see({ running: {} });
  const reading = streams({ end: 20 }).read(progress, stdout, over.signal);
  (await dial()).end('output');
  await vi.waitUntil(() => problems.length > 0, { interval: 5 });
  expect(problems[0]).toMatch(/^Waiting for space on the disk/);
  isFull = false;
  await reading;
  expect(problems.at(-1)).toBeUndefined();
  expect(stdoutText()).toBe('output');
});

it('those who wait can go away', async () => {
  see({ running: {} });
  const one = streams();
  const both = Promise.all([
    expect(one.read(progress, stdout, over.signal)).rejects.toBeDefined(),
    expect(one.feed(progress)).rejects.toBeDefined(),
  ]);
  over.abort(new Error('over'));
  await both;
});

it('connections that nobody knows are not kept without a bound', async () => {
  const closed: Promise<unknown>[] = [];
  const all: Socket[] = [];
  for (let n = 0; n < 20; n++) {
    const one = await dial();
    one.on('error', () => undefined);
    one.resume();
    all.push(one);
    closed.push(once(one, 'end'));
  }
  await Promise.all(closed.slice(0, 4));
  expect(all.slice(4).some(({ readableEnded }) => readableEnded)).toBe(false);
  for (const one of all) one.destroy();
});

it('the address is the first that is none of this machine alone', () => {
  const address = (text: string, internal = false): { address: string; internal: boolean } => ({
    address: text,
    internal,
  });
  expect(
    localAddress({
      lo: [address('127.0.0.1', true)],
      gone: undefined,
      eth0: [address('fe80::1'), address('169.254.0.1'), address('192.0.2.7')],
      eth1: [address('192.0.2.8')],
    }),
  ).toBe('192.0.2.7');
  expect(() => localAddress({ lo: [address('127.0.0.1', true)] })).toThrow(
    'could not determine local address',
  );
});

it('a pod on this machine may come from any address of it', async () => {
  const own = ['127.0.0.1', '127.0.0.9'];
  const open = { host: '127.0.0.1', unitId: 'u', log: silentLogger, own };
  listener.close();
  listener = await PodListener.open(open);
  progress.see({
    metadata: { name: 'p', uid: 'u' },
    status: {
      hostIP: '127.0.0.9',
      containerStatuses: [{ name: 'worker', state: { running: {} } }],
    },
  });
  const accepted = listener.connection(progress, over.signal);
  const { localPort } = await dial();
  expect((await accepted).remotePort).toBe(localPort);
});
