import { sql } from 'kysely';
import type { EngineStores, NewJob } from '@receptorjs/controller-core';
import type { Storage } from '../database/storage.js';
import { engineStores } from './engine-stores.js';

/** A control node and two execution nodes, ready, with 20 forks each, in the groups `controlplane` and `default`. */
export async function withFleet(storage: Storage): Promise<EngineStores> {
  const stores = engineStores(storage.database);
  await storage.database
    .insertInto('instance_groups')
    .values([
      { name: 'controlplane', policy_instance_percentage: 100 },
      { name: 'default', policy_instance_percentage: 100 },
    ])
    .execute();
  for (const [hostname, nodeType] of [
    ['control-1', 'control'],
    ['far-1', 'execution'],
    ['far-2', 'execution'],
  ] as const) {
    await stores.instances.discover({ hostname, nodeType });
    await stores.instances.healthy(hostname, {
      cpu: 4,
      memory: 2 ** 32,
      cpuCapacity: 16,
      memCapacity: 20,
      capacity: 20,
      version: 'ansible-runner-2.4.0',
      uuid: `uuid of ${hostname}`,
    });
  }
  await stores.instances.recomputeGroups();
  return stores;
}

/** A job of a template of nothing, which takes 5 forks. */
export const someJob = (more: Partial<NewJob> = {}): NewJob => ({
  type: 'job',
  name: 'some',
  task_impact: 5,
  dependencies_processed: true,
  ...more,
});

/** An event of a job. */
export const someEvent = (counter: number, more: object = {}) => ({
  counter,
  uuid: `uuid-${counter}`,
  parent_uuid: '',
  event: 'runner_on_ok',
  event_level: 3,
  event_data: { task: 'Ping', res: { changed: false } },
  failed: false,
  changed: false,
  host_id: null,
  host_name: 'web-1',
  playbook: 'site.yml',
  play: 'All',
  task: 'Ping',
  role: '',
  stdout: `ok: [web-${counter}]`,
  start_line: counter - 1,
  end_line: counter,
  verbosity: 0,
  created: new Date(1_700_000_000_000 + counter),
  ...more,
});

/** Ends a lease as time would. */
export async function expire(storage: Storage, leaseId: number): Promise<void> {
  await storage.database
    .updateTable('controller_leases')
    .set({ expires: sql`now() - interval '1 second'` })
    .where('id', '=', leaseId)
    .execute();
}
