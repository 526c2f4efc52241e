import {
  CONTROL_IMPACT,
  type BlockingJob,
  type FleetGroup,
  type FleetNode,
  type PendingJob,
  type QueueSnapshot,
} from '@receptorjs/controller-core';
import { sql, type Selectable } from 'kysely';
import type { UnifiedJobsTable } from '../schema/tables.js';
import type { Executor } from './executor.js';

/** Columns that say what keeps a job from running, and what it keeps. */
export const blockingColumns = [
  'id',
  'type',
  'project_id',
  'inventory_id',
  'inventory_source_id',
  'job_template_id',
  'allow_simultaneous',
  'launch_type',
  'slice_group',
] as const;

/** A job, as far as it matters for what keeps what from running. */
export const blockingJob = (
  row: Pick<Selectable<UnifiedJobsTable>, (typeof blockingColumns)[number]>,
): BlockingJob => ({
  id: row.id,
  type: row.type,
  project: row.project_id ?? undefined,
  inventory: row.inventory_id ?? undefined,
  inventorySource: row.inventory_source_id ?? undefined,
  template: row.job_template_id ?? undefined,
  allowSimultaneous: row.allow_simultaneous,
  isWithinJob: row.launch_type === 'sync',
  sliceGroup: row.slice_group ?? undefined,
});

/** Reads all that the scheduler looks at, as it is at one moment. */
export function readSnapshot(executor: Executor, limit: number): Promise<QueueSnapshot> {
  if (executor.isTransaction) return read(executor);
  return executor
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(read);

  async function read(transaction: Executor): Promise<QueueSnapshot> {
    const { nodes, groups, namesOf } = await readFleet(transaction);
    return {
      pending: await readPending(transaction, limit, namesOf),
      begun: await readBegun(transaction),
      nodes,
      groups,
    };
  }
}

/** Jobs that are waiting or running. */
export async function readBegun(executor: Executor): Promise<readonly BlockingJob[]> {
  const rows = await executor
    .selectFrom('unified_jobs')
    .select(blockingColumns)
    .where('status', 'in', ['waiting', 'running'])
    .execute();
  return rows.map(blockingJob);
}

async function readPending(
  executor: Executor,
  limit: number,
  namesOf: ReadonlyMap<number, string>,
): Promise<readonly PendingJob[]> {
  const rows = await executor
    .selectFrom('unified_jobs')
    .select([
      ...blockingColumns,
      'created',
      'task_impact',
      'job_explanation',
      'preferred_instance_groups',
      'dependencies_processed',
    ])
    .where('status', '=', 'pending')
    .orderBy('created')
    .orderBy('id')
    .limit(limit)
    .execute();
  const dependencies = await readDependencies(executor);
  return rows.map((row) => ({
    ...blockingJob(row),
    created: row.created,
    impact: row.task_impact,
    explanation: row.job_explanation,
    groups: row.preferred_instance_groups.flatMap((id) => namesOf.get(id) ?? []),
    dependenciesProcessed: row.dependencies_processed,
    dependencies: dependencies.get(row.id) ?? [],
  }));
}

async function readDependencies(
  executor: Executor,
): Promise<ReadonlyMap<number, PendingJob['dependencies']>> {
  const rows = await executor
    .selectFrom('unified_job_dependencies as d')
    .innerJoin('unified_jobs as pending', 'pending.id', 'd.unified_job_id')
    .innerJoin('unified_jobs as on', 'on.id', 'd.depends_on_id')
    .where('pending.status', '=', 'pending')
    .select(['d.unified_job_id as of', 'on.id', 'on.type', 'on.name', 'on.status'])
    .orderBy('on.id')
    .execute();
  const found = new Map<number, PendingJob['dependencies'][number][]>();
  for (const { of, ...dependency } of rows) {
    const others = found.get(of);
    if (others) others.push(dependency);
    else found.set(of, [dependency]);
  }
  return found;
}

/** Nodes that may take jobs, and groups, with what runs on them and through them. */
export async function readFleet(executor: Executor): Promise<{
  readonly nodes: readonly FleetNode[];
  readonly groups: readonly FleetGroup[];
  /** Names of groups by their ids. */
  readonly namesOf: ReadonlyMap<number, string>;
}> {
  const instances = await executor
    .selectFrom('instances')
    .select(['hostname', 'node_type', 'capacity'])
    .where('node_state', '=', 'ready')
    .where('enabled', '=', true)
    .where('approved', '=', true)
    .orderBy('id')
    .execute();
  const consumed = await readConsumed(executor);
  const usable = new Set(instances.map(({ hostname }) => hostname));
  const groups = await executor
    .selectFrom('instance_groups as g')
    .leftJoin(
      (query) =>
        query
          .selectFrom('unified_jobs')
          .where('status', 'in', ['waiting', 'running'])
          .where('instance_group_id', 'is not', null)
          .groupBy('instance_group_id')
          .select([
            'instance_group_id as id',
            sql<number>`count(*)`.as('jobs'),
            sql<number>`sum(task_impact)`.as('forks'),
          ])
          .as('used'),
      (join) => join.onRef('used.id', '=', 'g.id'),
    )
    .select((query) => [
      'g.id',
      'g.name',
      'g.is_container_group',
      'g.max_concurrent_jobs',
      'g.max_forks',
      'used.jobs',
      'used.forks',
      query
        .selectFrom('instance_group_instances as m')
        .innerJoin('instances as i', 'i.id', 'm.instance_id')
        .whereRef('m.instance_group_id', '=', 'g.id')
        .select(
          sql<readonly string[]>`coalesce(jsonb_agg(i.hostname order by i.id), '[]')`.as('of'),
        )
        .as('members'),
    ])
    .orderBy('g.id')
    .execute();
  return {
    nodes: instances.map(({ hostname, node_type, capacity }) => ({
      hostname,
      nodeType: node_type,
      capacity,
      consumed: consumed.get(hostname) ?? 0,
    })),
    groups: groups.map((group) => ({
      name: group.name,
      isContainerGroup: group.is_container_group,
      maxConcurrentJobs: group.max_concurrent_jobs,
      maxForks: group.max_forks,
      hostnames: (group.members ?? []).filter((hostname) => usable.has(hostname)),
      jobs: group.jobs ?? 0,
      forks: group.forks ?? 0,
    })),
    namesOf: new Map(groups.map(({ id, name }) => [id, name])),
  };
}

/** Forks that are taken on each node: of the jobs that run there, and of those that it handles. */
async function readConsumed(executor: Executor): Promise<ReadonlyMap<string, number>> {
  const rows = await executor
    .selectFrom('unified_jobs')
    .where('status', 'in', ['waiting', 'running'])
    .groupBy(['execution_node', 'controller_node'])
    .select([
      'execution_node',
      'controller_node',
      sql<number>`sum(task_impact)`.as('impact'),
      sql<number>`count(*)`.as('jobs'),
    ])
    .execute();
  const consumed = new Map<string, number>();
  const add = (hostname: string, forks: number): void => {
    consumed.set(hostname, (consumed.get(hostname) ?? 0) + forks);
  };
  for (const { execution_node, controller_node, impact, jobs } of rows) {
    add(execution_node, impact);
    add(controller_node, CONTROL_IMPACT * jobs);
  }
  return consumed;
}
