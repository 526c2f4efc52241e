import { expect, it } from 'vitest';
import type { JobMesh, MeshWatch } from '../../ports/mesh.js';
import { JobsInMemory } from '../jobs/test-jobs.js';
import { VirtualClock } from '../time/test-virtual-clock.js';
import { Housekeeping } from './housekeeping.js';
import { HousekeepingInMemory } from './test-housekeeping-store.js';
import { InstancesInMemory } from './test-instance-store.js';

async function house() {
  const clock = new VirtualClock();
  const instances = new InstancesInMemory(clock);
  const housekeeping = new HousekeepingInMemory();
  const leases = new JobsInMemory(clock);
  const released: string[] = [];
  const cleaned: string[] = [];
  const units = new Map<string, string[] | undefined>([
    ['far', ['ended', 'runs']],
    ['silent', undefined],
  ]);
  const leftovers = { looked: 0 };
  const jobs: Pick<JobMesh, 'units' | 'release' | 'removeLeftovers'> = {
    removeLeftovers: () => Promise.resolve((leftovers.looked += 1)),
    units: (node) => {
      const all = units.get(node);
      return all === undefined
        ? Promise.reject(new Error('no route'))
        : Promise.resolve(all.map((unitId) => ({ unitId })));
    },
    release: ({ node, unitId }) => {
      released.push(`${unitId} of ${node}`);
      return Promise.resolve();
    },
  };
  const mesh: Pick<MeshWatch, 'cleanUp'> = {
    cleanUp: (node) => {
      cleaned.push(node);
      return Promise.resolve(undefined);
    },
  };
  for (const hostname of ['silent', 'far', 'away', 'hop']) {
    await instances.discover({ hostname, nodeType: hostname === 'hop' ? 'hop' : 'execution' });
    instances.write(hostname, { node_state: hostname === 'away' ? 'unavailable' : 'ready' });
  }
  housekeeping.ended = ['ended'];
  const of = (hostname: string): Housekeeping =>
    new Housekeeping({
      ...{ hostname, leases, instances, housekeeping, clock },
      jobs: jobs as JobMesh,
      mesh: mesh as MeshWatch,
    });
  return { clock, leases, of, released, cleaned, housekeeping, leftovers };
}

const { signal } = new AbortController();

it('releases units of jobs that have ended, of each node that can be asked', async () => {
  const { leases, of, released } = await house();
  await leases.open('one', 6_000);
  await of('one').pass(signal);
  expect(released).toEqual(['ended of far']);
});

it('is done by one controller: the first of those that are alive', async () => {
  const { clock, leases, of, housekeeping, leftovers } = await house();
  await leases.open('one', 6_000);
  await leases.open('two', 60_000);
  await of('two').pass(signal);
  expect(housekeeping.expired).toBe(0);
  // its own machine each one looks after
  expect(leftovers.looked).toBe(1);
  await clock.advance(7_000);
  await of('two').pass(signal);
  expect(housekeeping.expired).toBe(1);
});

it('cleans a node up each three hours', async () => {
  const { clock, leases, of, cleaned } = await house();
  await leases.open('one', 24 * 60 * 60_000);
  const housekeeping = of('one');
  for (let hour = 0; hour < 7; hour += 1) {
    await housekeeping.pass(signal);
    await clock.advance(60 * 60_000);
  }
  expect(cleaned).toEqual(['far', 'far', 'far']);
});
