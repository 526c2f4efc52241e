import {
  inventoryUpdateJob,
  isUpdatable,
  preferredGroups,
  projectUpdateJob,
  updateNeed,
  type DependencyStore,
  type InventorySource,
  type JobState,
  type Project,
  type UnifiedJob,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { KyselyResourceStore } from '../resources/kysely-resource-store.js';
import { inTransaction, tell, type Executor } from './executor.js';
import { StoredQueue } from './job-queue.js';

/**
 * What pending jobs depend on. Each job is taken in a transaction of its own, which has the row of the job and, by locks that end with it, what is brought up to
 * date: of several controllers one makes an update, and the others link to it.
 */
export class StoredDependencies implements DependencyStore {
  constructor(private readonly executor: Executor) {}

  async process(limit: number): Promise<number> {
    let taken = 0;
    while (taken < limit && (await this.#one())) taken += 1;
    return taken;
  }

  /** @returns whether there was one */
  #one(): Promise<boolean> {
    return inTransaction(this.executor, async (transaction) => {
      const job = await transaction
        .selectFrom('unified_jobs')
        .selectAll()
        .where('status', '=', 'pending')
        .where('dependencies_processed', '=', false)
        .orderBy('id')
        .limit(1)
        // others may link to it meanwhile
        .forNoKeyUpdate()
        .skipLocked()
        .executeTakeFirst();
      if (job === undefined) return false;
      // each job has a list of its own: what others need is none of it
      const needed = [
        ...(await projectUpdatesFor(transaction, job)),
        ...(await inventoryUpdatesFor(transaction, job)),
      ];
      if (needed.length > 0) {
        await transaction
          .insertInto('unified_job_dependencies')
          .values(needed.map((depends_on_id) => ({ unified_job_id: job.id, depends_on_id })))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      await transaction
        .updateTable('unified_jobs')
        .set({ dependencies_processed: true })
        .where('id', '=', job.id)
        .execute();
      await tell(transaction, ['job_pending', job.id]);
      return true;
    });
  }
}

/** Ids of the updates of a job's project that it waits for. */
async function projectUpdatesFor(
  transaction: Executor,
  { type, project_id: id, created_by_id: userId }: UnifiedJob,
): Promise<readonly number[]> {
  if (id === null || (type !== 'job' && type !== 'inventory_update')) return [];
  const project: Project | undefined = await transaction
    .selectFrom('projects')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (project?.scm_update_on_launch !== true || !isUpdatable(project)) return [];
  await lock(transaction, `update of project ${id}`);
  const last = await lastOf(transaction, 'project_update', 'project_id', id);
  const need = updateNeed(last?.update, project.scm_update_cache_timeout, last?.now ?? 0);
  if (need.kind === 'none') return [];
  if (need.kind === 'wait') return [need.id];
  const job = projectUpdateJob(project, { launchType: 'dependency', userId });
  return [(await new StoredQueue(transaction).create(job)).id];
}

/** Ids of the updates of a job's inventory that it waits for. */
async function inventoryUpdatesFor(
  transaction: Executor,
  { type, inventory_id: id, created_by_id: userId }: UnifiedJob,
): Promise<readonly number[]> {
  if (id === null || type !== 'job') return [];
  const sources: readonly InventorySource[] = await transaction
    .selectFrom('inventory_sources')
    .selectAll()
    .where('inventory_id', '=', id)
    .where('update_on_launch', '=', true)
    .where('source_project_id', 'is not', null)
    .orderBy('id')
    .execute();
  const needed: number[] = [];
  for (const source of sources) {
    await lock(transaction, `update of inventory source ${source.id}`);
    const last = await lastOf(transaction, 'inventory_update', 'inventory_source_id', source.id);
    const need = updateNeed(last?.update, source.update_cache_timeout, last?.now ?? 0);
    if (need.kind === 'wait') needed.push(need.id);
    if (need.kind !== 'new') continue;
    const groups = await preferredGroups(new KyselyResourceStore(transaction), undefined, id);
    const origin = { launchType: 'dependency', userId } as const;
    // whether its project is brought up to date before it is found out when it is looked at itself
    const job = inventoryUpdateJob(source, origin, { groups, dependsOnProject: true });
    needed.push((await new StoredQueue(transaction).create(job)).id);
  }
  return needed;
}

const lock = (transaction: Executor, key: string): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction);

/** The last update, and the time by the clock of the database. Those that jobs make for themselves say nothing of their project. */
async function lastOf(
  transaction: Executor,
  type: 'project_update' | 'inventory_update',
  column: 'project_id' | 'inventory_source_id',
  id: number,
): Promise<
  | {
      readonly update: { id: number; status: JobState; finished: Date | null };
      readonly now: number;
    }
  | undefined
> {
  const row = await transaction
    .selectFrom('unified_jobs')
    .select(['id', 'status', 'finished', sql<Date>`clock_timestamp()`.as('now')])
    .where('type', '=', type)
    .where(column, '=', id)
    .$if(type === 'project_update', (query) => query.where('job_type', '=', 'check'))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { update: row, now: row.now.getTime() };
}
