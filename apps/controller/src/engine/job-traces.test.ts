import type { UnifiedJob } from '@receptorjs/controller-core';
import { expect, it } from 'vitest';
import { jobSpans } from './job-traces.js';

const context = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const job = (more: Partial<UnifiedJob>): UnifiedJob =>
  ({
    ...{ id: 7, type: 'job', name: 'demo', status: 'successful', traceparent: context },
    ...{ controller_node: 'one', execution_node: 'far', work_unit_id: 'unit' },
    created: new Date(1_000),
    started: new Date(1_500),
    finished: new Date(4_000),
    ...more,
  }) as UnifiedJob;
const shape = (given: Partial<UnifiedJob>): unknown =>
  jobSpans(job(given)).map(({ name, startMs, endMs, failed }) => [name, startMs, endMs, failed]);

it('a job is one trace: what its unit is submitted with is its root', () => {
  const [root, ...parts] = jobSpans(job({}));
  expect(root).toMatchObject({ spanId: 'b7ad6b7169203331', parentSpanId: undefined });
  expect(root?.attributes).toMatchObject({ 'awx.job.id': 7, 'receptor.unit.id': 'unit' });
  expect(parts.map(({ parentSpanId }) => parentSpanId)).toEqual([root?.spanId, root?.spanId]);
  expect(shape({})).toEqual([
    ['job job', 1_000, 4_000, false],
    ['wait for a place', 1_000, 1_500, false],
    ['run', 1_500, 4_000, false],
  ]);
});

it('one that never ran has waited alone, and one that failed says so', () => {
  expect(shape({ status: 'error', started: null })).toEqual([
    ['job job', 1_000, 4_000, true],
    ['wait for a place', 1_000, 4_000, false],
  ]);
});

it.each(['', 'nothing', context.replace(/01$/, '00')])('there is none for %j', (traceparent) => {
  expect(shape({ traceparent })).toEqual([]);
});
