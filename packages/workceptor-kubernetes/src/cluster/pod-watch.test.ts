import { silentLogger } from '@receptorjs/primitives';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Pod } from './objects.js';
import { ApiServer } from '../testing/api-server.js';
import type { FakePod } from '../testing/fake-pod.js';
import { ClusterApi } from './cluster-api.js';
import { ClusterLogin } from './login.js';
import { PodWatch } from './pod-watch.js';
import { RequestLimit } from './request-limit.js';

let server: ApiServer;
let api: ClusterApi;
let watch: PodWatch;
let now = 0;
const warnings: string[] = [];
const errors: string[] = [];
beforeEach(async () => {
  server = await ApiServer.start();
  api = new ClusterApi(
    new ClusterLogin({ kind: 'text', text: server.kubeConfig }),
    new RequestLimit(),
  );
  warnings.length = 0;
  errors.length = 0;
  now = 0;
  watch = new PodWatch({
    api,
    namespace: 'jobs',
    selector: { labelSelector: 'mine=yes' },
    log: {
      ...silentLogger,
      warning: (line) => warnings.push(line),
      error: (line) => errors.push(line),
    },
    now: () => (now += 2_000),
  });
});
afterEach(async () => {
  await watch.close();
  api.close();
  await server.down();
});

const add = (name: string): FakePod =>
  server.add({
    metadata: { name, namespace: 'jobs', labels: { mine: 'yes' } },
    status: { phase: 'Pending' },
  });

/** What is told of a pod: its phases, `gone` at last. */
function phases(name: string): string[] {
  const told: string[] = [];
  watch.listen(name, (pod: Pod | undefined) => {
    const phase = pod ? (pod.status?.phase ?? '') : 'gone';
    if (told.at(-1) !== phase) told.push(phase);
  });
  return told;
}
const watched = (): Promise<boolean> => vi.waitUntil(() => server.watchers === 1, { interval: 5 });
const told = (list: readonly string[], last: string): Promise<boolean> =>
  vi.waitUntil(() => list.at(-1) === last, { interval: 5, timeout: 10_000 });

it('follows all pods by one list and one watch', async () => {
  const pods = ['a', 'b', 'c'].map(add);
  const all = ['a', 'b', 'c'].map(phases);
  await watched();
  for (const pod of pods) pod.run();
  for (const list of all) await told(list, 'Running');
  if (pods[0]) server.remove(pods[0]);
  await told(all[0] ?? [], 'gone');
  expect(all).toEqual([
    ['Pending', 'Running', 'gone'],
    ['Pending', 'Running'],
    ['Pending', 'Running'],
  ]);
  expect(server.requests).toHaveLength(2);
});

it('goes on from where a watch was cut', async () => {
  const pod = add('a');
  const list = phases('a');
  await watched();
  pod.run();
  await told(list, 'Running');
  server.cutWatches();
  pod.exit();
  await told(list, 'Succeeded');
  expect(server.requests.filter((line) => !line.includes('watch='))).toHaveLength(1);
});

it('lists again when the API server has forgotten the version, and finds what is gone', async () => {
  const pod = add('a');
  const list = phases('a');
  await watched();
  await told(list, 'Pending');
  server.silently(() => {
    server.remove(pod);
  });
  server.forgetChanges();
  await told(list, 'gone');
});

it('an event that was lost on the way counts from the next list on', async () => {
  const pod = add('a');
  const list = phases('a');
  await watched();
  server.silently(() => {
    pod.run();
  });
  now += 400_000;
  server.cutWatches();
  await told(list, 'Running');
});

it('all is listed again each five minutes, for a watch is asked for until then', async () => {
  const seconds = (): number[] =>
    server.requests
      .map((line) => Number(/timeoutSeconds=(\d+)/.exec(line)?.[1]))
      .filter((found) => !Number.isNaN(found));
  const pod = add('a');
  const list = phases('a');
  await watched();
  expect(seconds()).toEqual([298]);
  pod.run();
  await told(list, 'Running');
  now += 100_000;
  server.cutWatches();
  await vi.waitUntil(() => seconds().length === 2, { interval: 5 });
  expect(seconds()[1]).toBeLessThanOrEqual(200);
  expect(seconds()[1]).toBeGreaterThan(180);
  const listed = (): number => server.requests.filter((line) => line.includes('limit=')).length;
  expect(listed()).toBe(1);
  pod.exit();
  await told(list, 'Succeeded');
  // the API server ends it when its time is over
  now += 200_000;
  server.cutWatches();
  await vi.waitUntil(() => listed() === 2, { interval: 5 });
});

it('says that the cluster is away, once, and goes on when it is back', async () => {
  const pod = add('a');
  const list = phases('a');
  await watched();
  await server.down();
  await vi.waitUntil(() => watch.problem?.startsWith("can't reach the API server"), {
    interval: 5,
    timeout: 5_000,
  });
  pod.run();
  await server.up();
  await told(list, 'Running');
  await vi.waitUntil(() => watch.problem === undefined, { interval: 5, timeout: 5_000 });
  expect(warnings).toEqual([
    expect.stringMatching(/^pods of namespace jobs can't be followed: the watch was cut/),
    expect.stringMatching(/^pods of namespace jobs can't be followed: can't reach/),
  ]);
});

it('a change that is none is a problem, and not the end', async () => {
  server.fail(/watch=/, 200, { body: '{"type":5}\n' });
  const list = phases('a');
  add('a');
  await told(list, 'Pending');
});

it('a new pod that is noted is not lost to a list that was under way', async () => {
  await watched();
  const stopExpecting = watch.expect('a');
  watch.note({ metadata: { name: 'a' }, status: { phase: 'Pending' } });
  const list = phases('a');
  stopExpecting();
  await told(list, 'Pending');
  const pod = add('a');
  pod.run();
  await told(list, 'Running');
});

describe('what a cluster sends that is wrong', () => {
  const change = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;

  it.each([
    ['text', 'no JSON at all\n'],
    ['a pod without anything', change('MODIFIED', {})],
    ['a pod without a status', change('MODIFIED', { metadata: { name: 'a' }, status: null })],
    ['nothing as a pod', change('ADDED', null)],
    ['an error without anything', change('ERROR', {})],
    ['a line without an end', 'x'.repeat(5 * 2 ** 20)],
  ])('(%s) is a problem, and all is listed again', async (_, text) => {
    const pod = add('a');
    const list = phases('a');
    await watched();
    await told(list, 'Pending');
    server.silently(() => {
      pod.run();
    });
    server.sendToWatchers(text);
    await told(list, 'Running');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^pods of namespace jobs can't be followed: /);
  });

  it.each([
    ['items of another kind', { items: {}, metadata: { resourceVersion: '1' } }],
    ['no version', { items: [] }],
    ['a pod that is none', { items: [null], metadata: { resourceVersion: '1' } }],
    ['no metadata', { items: [], metadata: null }],
    ['a next page that is no text', { items: [], metadata: { continue: 5 } }],
  ])('in the place of a list (%s) is a problem, and asked for again', async (_, body) => {
    server.fail(/pods\?labelSelector/, 200, { body });
    const again = new PodWatch({
      api,
      namespace: 'jobs',
      selector: { labelSelector: 'mine=yes' },
      log: { ...silentLogger, warning: (line) => warnings.push(line) },
    });
    try {
      add('a');
      const list: string[] = [];
      again.listen('a', (pod) => list.push(pod?.status?.phase ?? 'gone'));
      await told(list, 'Pending');
      expect(warnings.filter((line) => line.includes("can't be listed"))).toHaveLength(1);
    } finally {
      await again.close();
    }
  });

  it('is not asked for without a pause where a version is gone as soon as it was listed', async () => {
    server.refuse(/watch=/, 410, 'Expired', 'too old', 1_000);
    await vi.waitUntil(() => warnings.length > 0, { interval: 1 });
    expect(warnings[0]).toMatch(/can't be followed: too old$/);
    // the first one may be chance
    expect(server.requests.filter((line) => line.includes('watch='))).toHaveLength(2);
    expect(server.requests).toHaveLength(4);
  });

  it('is not asked for without a pause where all versions are gone', async () => {
    server.refuse(/pods\?labelSelector/, 410, 'Expired', 'too old', 5);
    server.forgetChanges();
    await watch.close();
    const again = new PodWatch({
      api,
      namespace: 'jobs',
      selector: { labelSelector: 'mine=yes' },
      log: { ...silentLogger, warning: (line) => warnings.push(line) },
    });
    await vi.waitUntil(() => warnings.some((line) => line.endsWith(': too old')), { interval: 5 });
    expect(server.requests.length).toBeLessThan(4);
    await again.close();
  });
});

it('an answer that is older than a change tells nothing', async () => {
  await watched();
  let answer: (pod: Pod) => void = () => undefined;
  const asked = vi.spyOn(api, 'getPod').mockReturnValueOnce(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const list = phases('a');
  expect(asked).toHaveBeenCalledTimes(1);
  const pod = add('a');
  await told(list, 'Pending');
  server.remove(pod);
  await told(list, 'gone');
  answer({ metadata: { name: 'a', uid: 'u' }, status: { phase: 'Pending' } });
  await new Promise(setImmediate);
  expect(list).toEqual(['Pending', 'gone']);
});

it('a listener that throws is a line of the log, and others are told', async () => {
  add('a');
  watch.listen('a', () => {
    throw new Error('wrong');
  });
  const list = phases('a');
  await told(list, 'Pending');
  expect(errors).toContain('pods of namespace jobs: wrong');
});

it('a change of one pod is no work for the others, and what nobody asks for is not kept', async () => {
  const pods = Array.from({ length: 50 }, (_, n) => add(`p${n}`));
  let calls = 0;
  for (let n = 0; n < 20; n++) watch.listen(`p${n}`, () => (calls += 1));
  const list = phases('p0');
  await told(list, 'Pending');
  const before = calls;
  for (const pod of pods.slice(30)) pod.run();
  pods[0]?.run();
  await told(list, 'Running');
  expect(calls - before).toBe(1);
  // one that nobody has asked for until now is asked for
  const late = phases('p40');
  await told(late, 'Running');
  expect(server.requests.filter((line) => line.endsWith('/pods/p40'))).toHaveLength(1);
  const none = phases('none');
  await told(none, 'gone');
});

it('lists again soon where somebody waits for a change that should have come', async () => {
  await watched();
  const pod = add('a');
  const list = phases('a');
  await told(list, 'Pending');
  server.silently(() => {
    pod.run();
  });
  now += 10_000;
  const stop = watch.hasten();
  await told(list, 'Running');
  await watched();
  expect(server.requests.at(-1)).toMatch(/timeoutSeconds=\d$/);
  stop();
  expect(warnings).toEqual([]);
});

it('the last state of a pod that is deleted counts, and the answer to its creation may be late', async () => {
  await watched();
  const stopExpecting = watch.expect('a');
  const pod = add('a');
  pod.run();
  pod.exit();
  server.remove(pod);
  const over = phases('b');
  add('b');
  await told(over, 'Pending');
  watch.note({ metadata: { name: 'a', uid: 'u' }, status: { phase: 'Pending' } });
  const list = phases('a');
  stopExpecting();
  await told(list, 'gone');
  expect(list).toEqual(['gone']);
  const other = add('c');
  const ends = phases('c');
  await told(ends, 'Pending');
  server.silently(() => {
    other.run();
    other.exit();
  });
  server.remove(other);
  await told(ends, 'gone');
  expect(ends).toEqual(['Pending', 'Succeeded', 'gone']);
});
