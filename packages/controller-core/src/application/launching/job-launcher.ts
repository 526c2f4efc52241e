import { randomUUID } from 'node:crypto';
import { taskImpact } from '../../domain/task-impact.js';
import type { JobQueue, NewJob } from '../../ports/job-queue.js';
import type { ResourceStore, Row } from '../../ports/resource-store.js';
import { defaultEnvironment } from './default-environment.js';
import { hostCount } from './host-count.js';
import { asColumns } from './job-columns.js';
import type { LaunchPrompts } from './launch-prompts.js';
import { linkedIds } from './linked-ids.js';
import { preferredGroups } from './preferred-groups.js';
import { needsUpdates } from './required-updates.js';

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
      prompts.credentials ??
      (await linkedIds(this.store, 'credentials', 'job_templates', templateId));
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
    const credentials = await linkedIds(this.store, 'credentials', 'jobs', jobId);
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
