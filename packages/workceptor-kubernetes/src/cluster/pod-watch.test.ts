import { silentLogger } from '@receptorjs/primitives';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Pod } from '../objects.js';
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
beforeEach(async () => {
  server = await ApiServer.start();
  api = new ClusterApi(
    new ClusterLogin({ kind: 'text', text: server.kubeConfig }),
    new RequestLimit(),
  );
  warnings.length = 0;
  now = 0;
  watch = new PodWatch({
    api,
    namespace: 'jobs',
    selector: { labelSelector: 'mine=yes' },
    log: { ...silentLogger, warning: (line) => warnings.push(line) },
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
  const list = phases('a');
  watch.note({ metadata: { name: 'a' }, status: { phase: 'Pending' } });
  await told(list, 'Pending');
  const pod = add('a');
  pod.run();
  await told(list, 'Running');
});
