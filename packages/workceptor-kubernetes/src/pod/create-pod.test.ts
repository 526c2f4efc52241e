import { beforeEach, expect, it, vi } from 'vitest';
import type { ClusterApi } from '../cluster/cluster-api.js';
import { KubernetesError } from '../errors.js';
import { createPod } from './create-pod.js';

const request = { namespace: 'jobs', namePrefix: 'pod-', pod: { metadata: {} } };
const forbidden = new KubernetesError('forbidden', 'pods is forbidden');
const cut = (syscall: string): KubernetesError =>
  new KubernetesError('unreachable', 'away', { cause: Object.assign(new Error('x'), { syscall }) });

let names: string[];
let told: string[];
beforeEach(() => {
  names = [];
  told = [];
});

function create(...answers: readonly Error[]): Promise<unknown> {
  const api = { createPod: vi.fn(), getPod: vi.fn() };
  const gone = new KubernetesError('not-found', 'pods "pod-1" not found');
  api.getPod.mockRejectedValue(gone);
  for (const answer of answers) api.createPod.mockRejectedValueOnce(answer);
  return createPod({
    api: api as unknown as ClusterApi,
    request,
    name: '',
    unit: 'u',
    onName: (name) => {
      names.push(name);
      return Promise.resolve();
    },
    onUnanswered: () => told.push('unanswered'),
    onRefused: () => told.push('refused'),
    onProblem: () => undefined,
    signal: new AbortController().signal,
  });
}

it('that the API server refuses will not be there: its name is given up', async () => {
  await expect(create(forbidden)).rejects.toBe(forbidden);
  expect(told).toEqual(['refused']);
});

it('that was asked for where nobody listens was not made either', async () => {
  await expect(create(cut('connect'), forbidden)).rejects.toBe(forbidden);
  expect(told).toEqual(['refused']);
  expect(names).toHaveLength(1);
});

it('whose request had no answer may come, whatever the next one says', async () => {
  await expect(create(cut('read'), forbidden)).rejects.toBe(forbidden);
  expect(told).toEqual(['unanswered']);
});

it('that an earlier daemon has asked for is looked for first: it may fill a quota itself', async () => {
  const found = { metadata: { name: 'pod-1', labels: { 'receptor.unit-id': 'u' } } };
  const api = { createPod: vi.fn(), getPod: () => Promise.resolve(found) };
  const pod = await createPod({
    ...{ api: api as unknown as ClusterApi, request, name: 'pod-1', unit: 'u' },
    onName: (name) => Promise.resolve(void names.push(name)),
    onUnanswered: () => told.push('unanswered'),
    onRefused: () => told.push('refused'),
    onProblem: () => undefined,
    signal: new AbortController().signal,
  });
  expect(pod).toBe(found);
  expect([api.createPod.mock.calls, names, told]).toEqual([[], [], []]);
});
