import { UnitFile } from '@receptorjs/workceptor/internal';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClusterApi } from '../cluster/cluster-api.js';
import { ClusterLogin } from '../cluster/login.js';
import { RequestLimit } from '../cluster/request-limit.js';
import { StdoutFile } from '../output/stdout-file.js';
import { PodProgress } from '../pod/pod-progress.js';
import { ApiServer } from '../testing/api-server.js';
import type { FakePod } from '../testing/fake-pod.js';
import { CursorFile } from './cursor-file.js';
import { LogOutput, type LogOutputContext } from './log-output.js';

let folder: string;
let server: ApiServer;
let api: ClusterApi;
let pod: FakePod;
let progress: PodProgress;
let over: AbortController;
let stdout: StdoutFile | undefined;
let problems: (string | undefined)[];
let lostAt: number[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kube-log-'));
  over = new AbortController();
  [problems, lostAt] = [[], []];
  server = await ApiServer.start();
  const login = new ClusterLogin({ kind: 'text', text: server.kubeConfig });
  api = new ClusterApi(login, new RequestLimit());
  pod = server.add({ metadata: { name: 'p', namespace: 'jobs' } });
  pod.run();
  progress = new PodProgress(undefined, () => undefined);
  progress.see(pod.object);
});
afterEach(async () => {
  vi.restoreAllMocks();
  over.abort();
  await stdout?.close().catch(() => undefined);
  api.close();
  await server.down();
  rmSync(folder, { recursive: true, force: true });
});

const stamp = (n: number): string => `2026-01-02T03:04:05.${String(n).padStart(9, '0')}Z`;
const path = (name: string): string => join(folder, name);
const stored = (): string => readFileSync(path('stdout'), 'utf8');
const has = (bytes: number): Promise<boolean> =>
  vi.waitUntil(() => stored().length === bytes, { interval: 2, timeout: 10_000 });

/** A log as a daemon follows it. */
function output(
  context: Partial<LogOutputContext> = {},
  admits: () => Promise<boolean> = () => Promise.resolve(true),
): LogOutput {
  const file = new StdoutFile({
    path: path('stdout'),
    reserve: { admits },
    maxBytes: 2 ** 30,
    onGrown: () => undefined,
    onProblem: (why) => problems.push(why),
    signal: over.signal,
  });
  stdout = file;
  return new LogOutput({
    api,
    namespace: 'jobs',
    name: 'p',
    progress,
    stdout: file,
    onProblem: (why) => problems.push(why),
    signal: over.signal,
    cursorFile: new CursorFile(path('log-cursor')),
    lostAt: undefined,
    onLost: (at) => lostAt.push(at),
    ...context,
  });
}

const AT_ONCE = { first: 1, longest: 1 };

function exits(): void {
  pod.exit();
  progress.see(pod.object);
}

it('whose last write fails is not complete', async () => {
  const reading = output().run();
  const failure = expect(reading).rejects.toThrow('ENOSPC');
  // what is short is waited for, and what is longer is written in the background
  pod.print(`${'a'.repeat(60_000)}\n`, stamp(1));
  await has(60_001);
  pod.print(`${'b'.repeat(8_000)}\n`, stamp(2));
  await has(68_002);
  const write = vi.spyOn(UnitFile.prototype, 'write');
  write.mockRejectedValue(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
  pod.print(`${'c'.repeat(8_000)}\n`, stamp(3));
  await vi.waitUntil(() => write.mock.calls.length > 0, { interval: 2 });
  exits();
  await failure;
  expect(stored()).toHaveLength(68_002);
  await expect(stdout?.close()).rejects.toThrow('ENOSPC');
});

it('that could not be read while its container ran is tried as often after its end', async () => {
  server.refuse(/log/, 500, 'InternalError', 'kubelet is away', 10);
  const reading = output({ again: AT_ONCE }).run();
  await vi.waitUntil(() => pod.followers === 1, { interval: 2, timeout: 10_000 });
  expect(problems).toHaveLength(10);
  server.refuse(/log/, 500, 'InternalError', 'kubelet is away', 7);
  pod.cutFollowing();
  pod.print('all\n', stamp(1));
  exits();
  expect(await reading).toEqual({ kind: 'complete' });
  expect(stored()).toBe('all\n');
});

it('that can not be read after the end of its container is lost', async () => {
  exits();
  server.refuse(/log/, 500, 'InternalError', 'kubelet is away', 99);
  expect(await output({ again: AT_ONCE }).run()).toMatchObject({
    kind: 'lost',
    end: {
      detail: expect.stringMatching(/^output may not be complete: .*kubelet is away/) as string,
    },
  });
  expect(server.requests.filter((line) => line.includes('/log'))).toHaveLength(8);
});

it.each<[string, string, string, number[]]>([
  ['the same', 'first\n', 'first\nsecond\nthird\n', []],
  ['the same, and a part of a line', 'first\nsec', 'first\nsecond\nthird\n', []],
  ['what was rotated away', 'zero\n', 'zero\nfirst\nsecond\nthird\n', [0]],
  ['what differs in the midst of a line', 'first\nsent', 'first\nsentcond\nthird\n', [8]],
  ['more than the log has', 'first\nsecond\nthird\nmore\n', 'first\nsecond\nthird\nmore\n', [19]],
])('from its start on is compared with what is here: %s', async (_, here, all, lost) => {
  writeFileSync(path('stdout'), here);
  pod.print('first\n', stamp(1));
  pod.print('second\n', stamp(2));
  pod.print('third\n', stamp(3));
  exits();
  const end = await output().run();
  expect(stored()).toBe(all);
  expect(lostAt).toEqual(lost);
  expect(end.kind).toBe(lost.length === 0 ? 'complete' : 'lost');
});

it('goes on behind what an earlier daemon has read', async () => {
  pod.print('first\n', stamp(1));
  pod.print('sec', stamp(2));
  const daemon = new AbortController();
  const earlier = output({ signal: daemon.signal }).run();
  await has(9);
  daemon.abort(new Error('over'));
  await expect(earlier).rejects.toThrow('over');
  await stdout?.close();
  const cursor = { stamp: stamp(2), lines: 0, bytes: 3, size: 9 };
  expect(new CursorFile(path('log-cursor')).read()).toEqual(cursor);
  pod.print('ond\n', stamp(2));
  exits();
  expect(await output().run()).toEqual({ kind: 'complete' });
  expect(stored()).toBe('first\nsecond\n');
  expect(server.requests.at(-1)).toContain('sinceTime=');
});

it('that was rotated while the disk held it back is lost, and what comes later is here', async () => {
  let open = (): void => undefined;
  const isOpen = new Promise<boolean>((resolve) => {
    open = () => {
      resolve(true);
    };
  });
  const reading = output({ again: AT_ONCE }, () => isOpen).run();
  await vi.waitUntil(() => pod.followers === 1, { interval: 2 });
  // more than all that takes it in on the way
  const line = `${'a'.repeat(2 ** 20 - 1)}\n`;
  for (let n = 1; n <= 32; n++) pod.print(line, stamp(n));
  pod.rotate();
  pod.print('lost\n', '2026-01-02T03:04:10.1Z');
  pod.rotate();
  pod.print('last\n', '2026-01-02T03:04:15.1Z');
  open();
  await vi.waitUntil(() => lostAt.length > 0, { interval: 5, timeout: 20_000 });
  exits();
  expect(await reading).toMatchObject({ kind: 'lost' });
  expect(lostAt).toEqual([32 * 2 ** 20]);
  expect(stored() === `${line.repeat(32)}last\n`).toBe(true);
}, 30_000);
