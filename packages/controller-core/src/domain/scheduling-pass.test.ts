import { expect, it } from 'vitest';
import type { FleetNode } from './fleet.js';
import { decidePass, type PassInput, type WaitingJob } from './scheduling-pass.js';

const none = { isContainerGroup: false, maxConcurrentJobs: 0, maxForks: 0, jobs: 0, forks: 0 };

const job = (id: number, more: Partial<WaitingJob> = {}): WaitingJob => ({
  id,
  type: 'job',
  template: id,
  created: new Date(0),
  impact: 5,
  explanation: '',
  groups: ['default'],
  dependenciesProcessed: true,
  dependencies: [],
  ...more,
});

const pass = (pending: readonly WaitingJob[], more: Partial<PassInput> = {}, now = 60_000) =>
  decidePass(
    {
      pending,
      begun: [],
      nodes: [
        { hostname: 'control', nodeType: 'control', capacity: 100, consumed: 0 },
        { hostname: 'far', nodeType: 'execution', capacity: 12, consumed: 0 },
      ],
      groups: [
        { name: 'controlplane', hostnames: ['control'], ...none },
        { name: 'default', hostnames: ['far'], ...none },
      ],
      ...more,
    },
    now,
  );

const far = { controllerNode: 'control', executionNode: 'far', group: 'default' };

it('gives out what room there is, the oldest first, and says why others wait', () => {
  expect(pass([job(1), job(2), job(3)])).toEqual({
    begin: [
      { jobId: 1, ...far },
      { jobId: 2, ...far },
    ],
    fail: [],
    explain: [
      {
        jobId: 3,
        why: 'it waits for capacity: no node of instance group default has room for 5',
      },
    ],
  });
});

it('says it once, and not of a job that has only come', () => {
  const why = pass([job(1, { impact: 13 }), job(2), job(3), job(4)]).explain[0]?.why;
  expect(pass([job(1), job(2), job(3, { explanation: why ?? '' })]).explain).toEqual([]);
  expect(pass([job(1), job(2), job(3)], {}, 29_999).explain).toEqual([]);
});

it('a job blocks others of its template in the pass in which it begins', () => {
  const { begin, explain } = pass([job(1, { template: 7 }), job(2, { template: 7 })]);
  expect(begin.map(({ jobId }) => jobId)).toEqual([1]);
  expect(explain).toEqual([{ jobId: 2, why: expect.stringContaining('job 1') as string }]);
});

it('a job waits for what it depends on, and fails with it', () => {
  const update = { id: 9, type: 'project_update', name: 'main' } as const;
  const after = (status: 'running' | 'successful' | 'canceled') =>
    pass([job(1, { dependencies: [{ ...update, status }] })]);
  expect(after('running').begin).toEqual([]);
  expect(after('successful').begin).toHaveLength(1);
  expect(after('canceled').fail).toEqual([
    {
      jobId: 1,
      explanation:
        'Previous Task Failed: {"job_type":"project_update","job_name":"main","job_id":"9"}',
    },
  ]);
  expect(pass([job(1, { dependenciesProcessed: false })]).begin).toEqual([]);
});

it('work of the control plane goes to its nodes, and a group that is gone is passed over', () => {
  const update = job(1, { type: 'project_update', project: 1, groups: [], impact: 1 });
  const { begin } = pass([update, job(2, { groups: ['gone', 'default'] })]);
  expect(begin).toEqual([
    { jobId: 1, controllerNode: 'control', executionNode: 'control', group: 'controlplane' },
    { jobId: 2, ...far },
  ]);
});

it('looks at 1,000 jobs and 100 nodes', () => {
  const nodes: FleetNode[] = Array.from({ length: 100 }, (_, at) => ({
    hostname: `far-${at}`,
    nodeType: 'execution',
    capacity: 60,
    consumed: 0,
  }));
  const { begin } = pass(
    Array.from({ length: 1000 }, (_, at) => job(at + 1, { impact: 6 })),
    {
      nodes: [...nodes, { hostname: 'control', nodeType: 'control', capacity: 999, consumed: 0 }],
      groups: [
        { name: 'controlplane', hostnames: ['control'], ...none },
        { name: 'default', hostnames: nodes.map(({ hostname }) => hostname), ...none },
      ],
    },
  );
  expect(begin).toHaveLength(999);
  const taken = new Map<string, number>();
  for (const { executionNode = '' } of begin) {
    taken.set(executionNode, (taken.get(executionNode) ?? 0) + 6);
  }
  expect(Math.max(...taken.values())).toBe(60);
});
