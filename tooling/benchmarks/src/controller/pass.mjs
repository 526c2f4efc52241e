import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Scheduler, systemClock } from '@receptorjs/controller-core';
import { engineStores, openStorage } from '@receptorjs/controller-storage';
import { startPostgres } from '@receptorjs/tooling-test-postgres';

const NODES = 100;
const PENDING = 1_000;
const PASSES = 50;
const health = {
  cpu: 4,
  memory: 2 ** 33,
  cpuCapacity: 16,
  memCapacity: 99,
  version: 'v',
  uuid: '',
};

/** A pass of the scheduler over 1,000 jobs that are pending, with 100 nodes. @param {'pglite' | 'postgres'} database */
export async function pass(database) {
  if (database === 'pglite') {
    const folder = mkdtempSync(join(tmpdir(), 'pass-'));
    try {
      return await measure(await openStorage({ kind: 'pglite', folder }));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const server = await startPostgres({ durable: true });
  try {
    return await measure(await openStorage({ kind: 'postgres', url: server.url() }));
  } finally {
    await server.stop();
  }
}

/** @param {import('@receptorjs/controller-storage').Storage} storage */
async function measure(storage) {
  try {
    await storage.migrate();
    const { queue, instances } = engineStores(storage.database);
    for (const name of ['controlplane', 'default'])
      await storage.database
        .insertInto('instance_groups')
        .values({ name, policy_instance_percentage: 100 })
        .execute();
    await instances.discover({ hostname: 'control', nodeType: 'control' });
    await instances.healthy('control', { ...health, capacity: 10_000 });
    for (let at = 0; at < NODES; at += 1) {
      await instances.discover({ hostname: `node-${at}`, nodeType: 'execution' });
      await instances.healthy(`node-${at}`, { ...health, capacity: 10 });
    }
    await instances.recomputeGroups();
    const { id: group } = await storage.database
      .selectFrom('instance_groups')
      .select('id')
      .where('name', '=', 'default')
      .executeTakeFirstOrThrow();
    for (let at = 0; at < PENDING + NODES; at += 1)
      await queue.create({
        ...{ type: 'job', name: `job ${at}`, task_impact: 6, dependencies_processed: true },
        preferred_instance_groups: [group],
      });
    // long enough ago for it to be said why they wait
    const created = new Date(Date.now() - 60_000);
    await storage.database.updateTable('unified_jobs').set({ created }).execute();
    const scheduler = new Scheduler({ queue, clock: systemClock });
    const first = await timed(() => scheduler.pass());
    const times = [];
    for (let at = 0; at < PASSES; at += 1) times.push((await timed(() => scheduler.pass())).ms);
    times.sort((a, b) => a - b);
    return (
      `${storage.kind}: a pass over ${PENDING} pending jobs and ${NODES} nodes: median ${times[PASSES / 2]?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms; ` +
      `one that begins ${first.result.begun.length} jobs and says of all others why they wait: ${first.ms.toFixed(1)} ms`
    );
  } finally {
    await storage.close();
  }
}

/** @template T @param {() => Promise<T>} work */
async function timed(work) {
  const begun = performance.now();
  const result = await work();
  return { result, ms: performance.now() - begun };
}
