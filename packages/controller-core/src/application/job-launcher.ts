import { randomUUID } from 'node:crypto';
import { taskImpact } from '../domain/task-impact.js';
import type { JobQueue, NewJob } from '../ports/job-queue.js';
import type { Criterion, ResourceStore, Row } from '../ports/resource-store.js';

/** What a launch may set besides what the template has; absent for what the template has. */
export interface LaunchPrompts {
  readonly job_type?: string | undefined;
  readonly inventory?: number | undefined;
  readonly scm_branch?: string | undefined;
  readonly forks?: number | undefined;
  readonly limit?: string | undefined;
  readonly verbosity?: number | undefined;
  /** Added to those of the template. */
  readonly extra_vars?: Readonly<Record<string, unknown>> | undefined;
  readonly job_tags?: string | undefined;
  readonly skip_tags?: string | undefined;
  readonly timeout?: number | undefined;
  readonly diff_mode?: boolean | undefined;
  readonly execution_environment?: number | undefined;
  readonly job_slice_count?: number | undefined;
  /** Instead of those of the template. */
  readonly credentials?: readonly number[] | undefined;
  /** Instead of all that would be found. */
  readonly instance_groups?: readonly number[] | undefined;
}

/** Fields of a template that a job has of it as they are. */
const copied = [
  'name',
  'description',
  'job_type',
  'inventory',
  'project',
  'playbook',
  'scm_branch',
  'forks',
  'limit',
  'verbosity',
  'job_tags',
  'skip_tags',
  'start_at_task',
  'force_handlers',
  'timeout',
  'use_fact_cache',
  'become_enabled',
  'diff_mode',
  'allow_simultaneous',
  'job_slice_count',
  'execution_environment',
  'organization',
] as const;
/** Those that a launch may set. */
const prompted = [
  'job_type',
  'inventory',
  'scm_branch',
  'forks',
  'limit',
  'verbosity',
  'job_tags',
  'skip_tags',
  'timeout',
  'diff_mode',
  'execution_environment',
  'job_slice_count',
] as const;

const MAX_LINKED = 1000;

/** Who launches, how, and with which variables of the template. */
export interface LaunchRequest {
  readonly userId: number;
  readonly launchType: 'manual' | 'relaunch';
  /** Those of the template, read. */
  readonly templateVars: Readonly<Record<string, unknown>>;
  readonly prompts: LaunchPrompts;
  /** What was typed for this launch, locked. */
  readonly startArguments?: string | undefined;
}

/** How a job is run again. */
export interface RelaunchRequest {
  /** Names of hosts; those of the job where it is absent. */
  readonly limit?: string | undefined;
  /** What was typed for this launch, locked. */
  readonly startArguments?: string | undefined;
}

/** Makes jobs out of templates, and out of jobs that ran; they wait for a scheduler to find them. */
export class JobLauncher {
  constructor(
    private readonly store: ResourceStore,
    private readonly queue: JobQueue,
  ) {}

  /** The ids of the jobs that a launch makes: one, or as many as there are slices. */
  async launch(
    template: Row,
    { userId, launchType, templateVars, prompts, startArguments = '' }: LaunchRequest,
  ): Promise<number[]> {
    const templateId = Number(template['id']);
    const set = Object.fromEntries(
      prompted.flatMap((name) => (prompts[name] === undefined ? [] : [[name, prompts[name]]])),
    );
    const own = Object.fromEntries(copied.map((name) => [name, template[name] ?? null]));
    const vars = { ...templateVars, ...prompts.extra_vars };
    const values: Record<string, unknown> = {
      ...own,
      ...set,
      extra_vars: JSON.stringify(vars),
      start_args: startArguments,
      job_template: templateId,
      unified_job_template_id: templateId,
      launch_type: launchType,
      created_by: userId,
      modified_by: userId,
    };
    const credentials =
      prompts.credentials ?? (await linked(this.store, 'credentials', 'job_templates', templateId));
    const groups =
      prompts.instance_groups ?? (await preferredGroups(this.store, template, values['inventory']));
    return this.#create(values, credentials, groups);
  }

  /** The ids of the jobs that run what another job ran, on all of its hosts or on those that a limit names. A slice stays the one that it is. */
  async relaunch(
    job: Row,
    userId: number,
    { limit, startArguments = '' }: RelaunchRequest,
  ): Promise<number[]> {
    const jobId = Number(job['id']);
    const own = Object.fromEntries(copied.map((name) => [name, job[name] ?? null]));
    const values = {
      ...own,
      ...(limit === undefined ? {} : { limit }),
      extra_vars: job['extra_vars'],
      job_template: job['job_template'] ?? null,
      unified_job_template_id: job['unified_job_template'] ?? null,
      start_args: startArguments,
      relaunched_from_id: jobId,
      launch_type: 'relaunch',
      created_by: userId,
      modified_by: userId,
    };
    const credentials = await linked(this.store, 'credentials', 'jobs', jobId);
    const groups = (job['preferred_instance_groups'] ?? []) as readonly number[];
    const [number, count] = [Number(job['job_slice_number']), Number(job['job_slice_count'])];
    const slice = number > 0 ? { number, count } : undefined;
    return this.#create(values, credentials, groups, slice);
  }

  async #create(
    values: Readonly<Record<string, unknown>>,
    credentials: readonly number[],
    groups: readonly number[],
    only?: { readonly number: number; readonly count: number },
  ): Promise<number[]> {
    const hosts = await hostCount(this.store, values['inventory']);
    const wanted = Number(values['job_slice_count']);
    const count = only?.count ?? (hosts === undefined ? 1 : Math.max(1, Math.min(wanted, hosts)));
    const dependencies_processed = !(await needsUpdates(this.store, values));
    const slices = count > 1 ? { slice_group: randomUUID() } : {};
    const environment =
      values['execution_environment'] ?? (await defaultEnvironment(this.store, values));
    const jobs: NewJob[] = [];
    for (let number = only?.number ?? 1; number <= (only?.number ?? count); number += 1) {
      const slice = count > 1 ? { number, count } : undefined;
      const job = {
        ...asColumns({ ...values, execution_environment: environment }),
        ...slices,
        type: 'job',
        task_impact: taskImpact({ type: 'job', forks: Number(values['forks']), hosts, slice }),
        preferred_instance_groups: groups,
        dependencies_processed,
        job_slice_count: count,
        job_slice_number: slice?.number ?? 0,
        credentials,
      };
      jobs.push(job as unknown as NewJob);
    }
    return (await this.queue.createAll(jobs)).map(({ id }) => id);
  }
}

/** References of a job, which its record has under the names of their columns. */
const jobReferences: ReadonlySet<string> = new Set([
  'inventory',
  'project',
  'execution_environment',
  'organization',
  'job_template',
  'created_by',
  'modified_by',
  'credential',
  'inventory_source',
]);

/** Fields as the record of a job has them. */
export const asColumns = (
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      jobReferences.has(name) ? `${name}_id` : name,
      value,
    ]),
  );

/** Hosts that are enabled; nothing where there is no inventory. */
export async function hostCount(
  store: ResourceStore,
  inventory: unknown,
): Promise<number | undefined> {
  if (typeof inventory !== 'number') return undefined;
  return store.count('hosts', {
    kind: 'all',
    of: [
      { kind: 'field', field: 'inventory', lookup: 'exact', value: inventory },
      { kind: 'field', field: 'enabled', lookup: 'exact', value: true },
    ],
  });
}

/**
 * The instance groups that a job may go to, in order: of the template, the inventory and the organization, as far as each lets those after it be
 * asked; the group `default` where there is none.
 */
export async function preferredGroups(
  store: ResourceStore,
  template: Row | undefined,
  inventoryId: unknown,
): Promise<number[]> {
  const found: number[] = [];
  const add = async (resource: string, row: Row | undefined): Promise<boolean> => {
    if (row === undefined) return false;
    found.push(...(await linked(store, 'instance_groups', resource, Number(row['id']))));
    return row['prevent_instance_group_fallback'] === true;
  };
  const inventory =
    typeof inventoryId === 'number' ? await store.get('inventories', inventoryId) : undefined;
  const organizationId = inventory?.['organization'] ?? template?.['organization'];
  const organization =
    typeof organizationId === 'number'
      ? await store.get('organizations', organizationId)
      : undefined;
  const isEnough = (await add('job_templates', template)) || (await add('inventories', inventory));
  if (!isEnough) await add('organizations', organization);
  if (found.length > 0) return [...new Set(found)];
  const criterion = { kind: 'field', field: 'name', lookup: 'exact', value: 'default' } as const;
  const rows = await store.list('instance_groups', { criterion, order: [], limit: 1, offset: 0 });
  return rows.map((row) => Number(row['id']));
}

/** The execution environment of a job whose template names none: that of the project, the organization of the job, that of the inventory. */
async function defaultEnvironment(store: ResourceStore, values: Row): Promise<unknown> {
  const rowOf = async (resource: string, id: unknown): Promise<Row | undefined> =>
    typeof id === 'number' ? store.get(resource, id) : undefined;
  const project = await rowOf('projects', values['project']);
  const inventory = await rowOf('inventories', values['inventory']);
  const own = values['organization'] ?? project?.['organization'];
  return (
    project?.['default_environment'] ??
    (await rowOf('organizations', own))?.['default_environment'] ??
    (await rowOf('organizations', inventory?.['organization']))?.['default_environment'] ??
    null
  );
}

async function linked(
  store: ResourceStore,
  resource: string,
  from: string,
  id: number,
): Promise<number[]> {
  const criterion: Criterion = { kind: 'linked', from, relation: resource, id };
  const rows = await store.list(resource, { criterion, order: [], limit: MAX_LINKED, offset: 0 });
  return rows.map((row) => Number(row['id']));
}

/** Whether something is brought up to date before a job runs. */
async function needsUpdates(store: ResourceStore, values: Row): Promise<boolean> {
  const { project, inventory } = values;
  if (typeof project === 'number') {
    const row = await store.get('projects', project);
    if (row?.['scm_update_on_launch'] === true && row['scm_type'] !== '') return true;
  }
  if (typeof inventory !== 'number') return false;
  const sources = await store.count('inventory_sources', {
    kind: 'all',
    of: [
      { kind: 'field', field: 'inventory', lookup: 'exact', value: inventory },
      { kind: 'field', field: 'update_on_launch', lookup: 'exact', value: true },
    ],
  });
  return sources > 0;
}
