import {
  Blocking,
  Fleet,
  isControlTask,
  type Assignment,
  type BlockingJob,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { inTransaction, tell, type Executor } from './executor.js';
import { blockingColumns, blockingJob, readBegun, readFleet } from './queue-snapshot.js';

/** Makes pending jobs waiting, as far as there is still room for them and nothing keeps them. @returns the ids of those */
export function beginJobs(
  executor: Executor,
  assignments: readonly Assignment[],
): Promise<readonly number[]> {
  if (assignments.length === 0) return Promise.resolve([]);
  return inTransaction(executor, async (transaction) => {
    const claimed = await claim(transaction, assignments);
    if (claimed.length === 0) return [];
    await lock(transaction, claimed);
    // read after the locks: what others have begun meanwhile counts
    const { nodes, groups } = await readFleet(transaction);
    const fleet = new Fleet(nodes, groups);
    const known = new Set(groups.map(({ name }) => name));
    const blocking = new Blocking(await readBegun(transaction));
    const begun: Assignment[] = [];
    for (const { job, impact, assignment } of claimed) {
      if (!known.has(assignment.group) || blocking.blockerOf(job) !== undefined) continue;
      const request = { impact, isControlTask: isControlTask(job) };
      if (fleet.confirm(request, assignment) !== undefined) continue;
      blocking.add(job);
      begun.push(assignment);
    }
    if (begun.length > 0) await assign(transaction, begun);
    return begun.map(({ jobId }) => jobId);
  });
}

interface Claimed {
  readonly job: BlockingJob;
  readonly impact: number;
  readonly assignment: Assignment;
}

/** Locks the rows of jobs that are still pending and that no other scheduler has, in the order of the assignments. */
async function claim(
  executor: Executor,
  assignments: readonly Assignment[],
): Promise<readonly Claimed[]> {
  const rows = await executor
    .selectFrom('unified_jobs')
    .select([...blockingColumns, 'task_impact'])
    .where('status', '=', 'pending')
    .where(
      'id',
      'in',
      assignments.map(({ jobId }) => jobId),
    )
    .orderBy('id')
    .forUpdate()
    .skipLocked()
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  return assignments.flatMap((assignment) => {
    const row = byId.get(assignment.jobId);
    return row ? [{ job: blockingJob(row), impact: row.task_impact, assignment }] : [];
  });
}

/**
 * Locks what the jobs touch until the end of the transaction, each kind in an order that all schedulers keep: nodes, groups, and the keys
 * that jobs exclude each other by.
 */
async function lock(executor: Executor, claimed: readonly Claimed[]): Promise<void> {
  const nodes = claimed.flatMap(({ assignment: { controllerNode, executionNode } }) =>
    executionNode === undefined ? [controllerNode] : [controllerNode, executionNode],
  );
  await executor
    .selectFrom('instances')
    .select('id')
    .where('hostname', 'in', [...new Set(nodes)])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
  await executor
    .selectFrom('instance_groups')
    .select('id')
    .where('name', 'in', [...new Set(claimed.map(({ assignment }) => assignment.group))])
    .where((where) => where.or([where('max_concurrent_jobs', '>', 0), where('max_forks', '>', 0)]))
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
  const keys = [...new Set(claimed.flatMap(({ job }) => exclusionKeys(job)))].sort();
  await sql`select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest(${keys}::text[]) as key`.execute(
    executor,
  );
}

/** What a job excludes others by, or others it. */
function exclusionKeys({
  type,
  project,
  inventory,
  inventorySource,
  template,
}: BlockingJob): readonly string[] {
  const key = (name: string, id: number | undefined): readonly string[] =>
    id === undefined ? [] : [`${name}:${id}`];
  switch (type) {
    case 'project_update':
      return key('project', project);
    case 'inventory_update':
      return [...key('inventory', inventory), ...key('inventory_source', inventorySource)];
    case 'ad_hoc_command':
      return key('inventory', inventory);
    case 'job':
      return [
        ...key('project', project),
        ...key('inventory', inventory),
        ...key('template', template),
      ];
    case 'system_job':
      return ['system_job'];
  }
}

async function assign(executor: Executor, begun: readonly Assignment[]): Promise<void> {
  const rows = begun.map(
    ({ jobId, controllerNode, executionNode = '', group }) =>
      sql`(${jobId}::bigint, ${controllerNode}::text, ${executionNode}::text, ${group}::text)`,
  );
  await sql`
    update unified_jobs set status = 'waiting', controller_node = a.controller, execution_node = a.execution,
      instance_group_id = g.id, job_explanation = ''
    from (values ${sql.join(rows)}) as a (id, controller, execution, group_name)
      join instance_groups g on g.name = a.group_name
    where unified_jobs.id = a.id`.execute(executor);
  const controllers = new Set(begun.map(({ controllerNode }) => controllerNode));
  await tell(
    executor,
    ...begun.map(({ jobId }) => ['job_changed', jobId] as const),
    ...[...controllers].map((hostname) => ['job_waiting', hostname] as const),
  );
}
