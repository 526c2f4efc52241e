import { silentLogger } from '@receptorjs/primitives';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ClusterApi } from '../cluster/cluster-api.js';
import type { Pod } from '../cluster/objects.js';
import { KubernetesError } from '../errors.js';
import { LateLooks, type Found, type QuietNamespace } from './late-looks.js';

/** What the cluster has, and how it answers. */
let pods: Pod[];
let isAway: boolean;
let lists: number;
let isHeld: boolean;
let found: (pods: readonly Pod[]) => Found;
const warnings: string[] = [];
const looks = new LateLooks({ ...silentLogger, warning: (line) => warnings.push(line) });
beforeEach(() => {
  vi.useFakeTimers();
  [pods, isAway, lists, isHeld] = [[{ metadata: { name: 'a' } }], false, 0, true];
  warnings.length = 0;
  found = ({ length }) => ({ pods: length, orphans: 0 });
});
afterEach(() => {
  looks.end('k');
  vi.useRealTimers();
});

const api: Pick<ClusterApi, 'listPods'> = {
  listPods: (_namespace, _selector, onPage) => {
    lists += 1;
    if (isAway) return Promise.reject(new KubernetesError('unreachable', 'away'));
    onPage(pods);
    return Promise.resolve('1');
  },
};
const begin = (): void => {
  const letGo = (): void => {
    isHeld = false;
  };
  const quiet: QuietNamespace = {
    api: { value: api as ClusterApi, letGo },
    namespace: 'jobs',
    selector: {},
    look: (_api, page) => found(page),
  };
  looks.begin('k', quiet);
};
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it('come once all pods of the last units are of age, and end when there are none', async () => {
  begin();
  pods = [];
  await pass(60_000);
  expect(lists).toBe(0);
  await pass(1_000);
  expect([lists, isHeld]).toEqual([1, false]);
  await pass(3_600_000);
  expect(lists).toBe(1);
});

it('go on as long as there are pods, for a unit may still be released by force', async () => {
  begin();
  await pass(61_000);
  await pass(300_000);
  await pass(300_000);
  expect([lists, isHeld]).toEqual([3, true]);
  pods = [];
  await pass(300_000);
  expect([lists, isHeld]).toEqual([4, false]);
});

it('come soon again where a pod that belongs to nobody is still there', async () => {
  found = ({ length }) => ({ pods: length, orphans: length });
  begin();
  await pass(61_000);
  await pass(61_000);
  expect(lists).toBe(2);
});

it('outlast a cluster that is away, though not for ever', async () => {
  isAway = true;
  begin();
  await pass(61_000 + 60_000);
  expect(lists).toBeGreaterThan(3);
  isAway = false;
  await pass(300_000);
  expect(isHeld).toBe(true);
  isAway = true;
  await pass(24 * 3_600_000);
  expect(isHeld).toBe(false);
  expect(warnings).toEqual([
    "pods of namespace jobs are not looked at until a unit needs one there, for they can't be listed: away",
  ]);
});

it('end when the namespace is watched again', async () => {
  begin();
  looks.end('k');
  expect(isHeld).toBe(false);
  await pass(3_600_000);
  expect(lists).toBe(0);
});
