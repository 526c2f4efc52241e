import {
  jobTransitions,
  type JobEvent,
  type JobState,
  type UnifiedJob,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import type { Executor } from './executor.js';

/** The states that an event may be met in, and the one that it leads to, as the table of the domain says. */
export function transitionsOf(event: JobEvent): {
  readonly from: JobState[];
  readonly to: JobState;
} {
  const entries = Object.entries(jobTransitions) as [JobState, (typeof jobTransitions)[JobState]][];
  const from = entries.filter(([, events]) => events[event] !== undefined);
  const [to] = from.map(([, events]) => events[event]);
  if (to === undefined) throw new TypeError(`no state of jobs knows ${event}`);
  return { from: from.map(([state]) => state), to };
}

/** Columns of a job that has ended. Secrets that it was launched with go; nobody owns it any more. */
export const endColumns = {
  finished: sql<Date>`now()`,
  elapsed: sql<string>`coalesce(extract(epoch from now() - started), 0)`,
  lease_id: null,
  start_args: '',
  run_position: null,
};

/** Where jobs of a type come from: there the last one is noted. */
const templates = {
  job: ['job_templates', 'job_template_id'],
  project_update: ['projects', 'project_id'],
  inventory_update: ['inventory_sources', 'inventory_source_id'],
} as const;

/** Notes at the template of a job how that one stands. */
export async function noteAtTemplate(executor: Executor, job: UnifiedJob): Promise<void> {
  if (job.type === 'ad_hoc_command' || job.type === 'system_job') return;
  // what a job does for itself says nothing of its project
  if (job.type === 'project_update' && job.job_type === 'run') return;
  const [table, column] = templates[job.type];
  const id = job[column];
  if (id === null) return;
  const ended = job.finished !== null;
  await executor
    .updateTable(table)
    .set({
      status: job.status,
      last_job_id: job.id,
      ...(ended ? { last_job_run: job.finished, last_job_failed: job.failed } : {}),
      ...(job.status === 'successful' && table !== 'job_templates'
        ? { last_updated: job.finished }
        : {}),
    })
    .where('id', '=', id)
    .execute();
}
