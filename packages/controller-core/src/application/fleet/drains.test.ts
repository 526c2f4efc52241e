import { expect, it } from 'vitest';
import type { JobQueue } from '../../ports/job-queue.js';
import { VirtualClock } from '../time/test-virtual-clock.js';
import { Drains } from './drains.js';
import { InstancesInMemory } from './test-instance-store.js';
import { HousekeepingInMemory } from './test-housekeeping-store.js';

async function draining(values: Parameters<InstancesInMemory['write']>[1]) {
  const clock = new VirtualClock();
  const instances = new InstancesInMemory(clock);
  const housekeeping = new HousekeepingInMemory();
  const canceled: number[] = [];
  const queue = {
    cancel: (id: number) => {
      canceled.push(id);
      housekeeping.jobs = housekeeping.jobs.map((job) =>
        job.id === id ? { ...job, isCanceled: true } : job,
      );
      return Promise.resolve('requested');
    },
  } as unknown as JobQueue;
  await instances.discover({ hostname: 'far', nodeType: 'execution' });
  await instances.discover({ hostname: 'near', nodeType: 'execution' });
  instances.write('far', { node_state: 'deprovisioning', ...values });
  const drains = new Drains({ instances, housekeeping, queue, clock });
  return { clock, instances, housekeeping, canceled, drains };
}

const hostnames = (instances: InstancesInMemory): string[] => [...instances.all.keys()];

it('a node is removed once nothing runs there any more, and no other one', async () => {
  const { instances, housekeeping, canceled, drains } = await draining({});
  housekeeping.jobs = [{ id: 1, isCanceled: false }];
  await drains.pass();
  expect(hostnames(instances)).toEqual(['far', 'near']);
  housekeeping.jobs = [];
  await drains.pass();
  expect(hostnames(instances)).toEqual(['near']);
  expect(canceled).toEqual([]);
});

it.each([
  ['wait', []],
  ['cancel', [1]],
] as const)('after the deadline, to %s cancels %j', async (drain_action, expected) => {
  const deadline = new Date(60_000);
  const { clock, housekeeping, instances, canceled, drains } = await draining({
    drain_action,
    drain_deadline: deadline,
  });
  await clock.advance(0);
  const late = deadline.getTime() - clock.now();
  housekeeping.jobs = [{ id: 1, isCanceled: false }];
  if (late > 1) {
    await clock.advance(late - 1);
    await drains.pass();
    expect(canceled).toEqual([]);
    await clock.advance(1);
  }
  await drains.pass();
  await drains.pass();
  expect(canceled).toEqual(expected);
  expect(hostnames(instances)).toEqual(['far', 'near']);
});
