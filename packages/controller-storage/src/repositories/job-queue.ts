import {
  StorageError,
  type Assignment,
  type CancelOutcome,
  type JobQueue,
  type NewJob,
  type QueueSnapshot,
  type UnifiedJob,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { plainText } from '../schema/columns.js';
import { beginJobs } from './begin-jobs.js';
import { inTransaction, tell, type Executor } from './executor.js';
import { jobColumns } from './job-columns.js';
import { endColumns, noteAtTemplate, transitionsOf } from './job-ends.js';
import { readSnapshot } from './queue-snapshot.js';

/** Jobs that nobody owns, in the table `unified_jobs`. */
export class StoredQueue implements JobQueue {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  create(job: NewJob): Promise<UnifiedJob> {
    const { credentials = [], instance_groups = [], depends_on = [], type, name, ...rest } = job;
    return inTransaction(this.#executor, async (transaction) => {
      const created = await transaction
        .insertInto('unified_jobs')
        .values({ ...jobColumns(rest), type, name: plainText(name), status: 'pending' })
        .returningAll()
        .executeTakeFirstOrThrow();
      const unified_job_id = created.id;
      if (credentials.length > 0) {
        await transaction
          .insertInto('unified_job_credentials')
          .values(credentials.map((credential_id) => ({ unified_job_id, credential_id })))
          .execute();
      }
      if (instance_groups.length > 0) {
        await transaction
          .insertInto('unified_job_instance_groups')
          .values(
            instance_groups.map((instance_group_id, position) => ({
              unified_job_id,
              instance_group_id,
              position,
            })),
          )
          .execute();
      }
      if (depends_on.length > 0) {
        await transaction
          .insertInto('unified_job_dependencies')
          .values(depends_on.map((depends_on_id) => ({ unified_job_id, depends_on_id })))
          .execute();
      }
      await noteAtTemplate(transaction, created);
      await tell(transaction, ['job_pending', created.id], ['job_changed', created.id]);
      return created;
    });
  }

  createAll(jobs: readonly NewJob[]): Promise<readonly UnifiedJob[]> {
    return inTransaction(this.#executor, async (transaction) => {
      const queue = new StoredQueue(transaction);
      const created: UnifiedJob[] = [];
      for (const job of jobs) created.push(await queue.create(job));
      return created;
    });
  }

  async get(id: number): Promise<UnifiedJob | undefined> {
    return this.#executor
      .selectFrom('unified_jobs')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
  }

  snapshot(limit: number): Promise<QueueSnapshot> {
    return readSnapshot(this.#executor, limit);
  }

  begin(assignments: readonly Assignment[]): Promise<readonly number[]> {
    return beginJobs(this.#executor, assignments);
  }

  async explain(
    waiting: readonly { readonly jobId: number; readonly why: string }[],
  ): Promise<void> {
    const ids = waiting.map(({ jobId }) => jobId);
    const reasons = waiting.map(({ why }) => plainText(why));
    await sql`
      update unified_jobs set job_explanation = w.why
      from unnest(${ids}::bigint[], ${reasons}::text[]) as w (id, why)
      where unified_jobs.id = w.id and status = 'pending' and job_explanation <> w.why`.execute(
      this.#executor,
    );
  }

  fail(id: number, event: 'fail' | 'break', explanation: string): Promise<boolean> {
    return inTransaction(this.#executor, async (transaction) => {
      const job = await transaction
        .updateTable('unified_jobs')
        .set({
          ...endColumns,
          status: transitionsOf(event).to,
          job_explanation: plainText(explanation),
          emitted_events: 0,
          event_processing_finished: true,
        })
        .where('id', '=', id)
        .where('status', 'in', ['new', 'pending'])
        .returningAll()
        .executeTakeFirst();
      if (job === undefined) return false;
      await noteAtTemplate(transaction, job);
      await tell(transaction, ['job_changed', id], ['job_pending', id]);
      return true;
    });
  }

  cancel(id: number): Promise<CancelOutcome> {
    const { from, to } = transitionsOf('cancel');
    // nothing of it has been sent anywhere, and nobody has it
    const isUntouched = sql<boolean>`(status in ('new', 'pending')
      or status = 'waiting' and lease_id is null and submission_id is null)`;
    return inTransaction(this.#executor, async (transaction) => {
      const job = await transaction
        .updateTable('unified_jobs')
        .set({
          cancel_flag: true,
          canceled_on: sql`coalesce(canceled_on, now())`,
          status: sql`case when ${isUntouched} then ${to} else status end`,
          finished: sql`case when ${isUntouched} then now() end`,
          start_args: sql`case when ${isUntouched} then '' else start_args end`,
          emitted_events: sql`case when ${isUntouched} then 0 else emitted_events end`,
          event_processing_finished: isUntouched,
        })
        .where('id', '=', id)
        .where('status', 'in', from)
        .returningAll()
        .executeTakeFirst();
      if (job === undefined) {
        if ((await new StoredQueue(transaction).get(id)) !== undefined) return 'ended';
        throw new StorageError('not-found', `there is no job ${id}`);
      }
      if (job.status !== to) {
        await tell(transaction, ['job_cancel', id]);
        return 'requested';
      }
      await noteAtTemplate(transaction, job);
      await tell(transaction, ['job_changed', id], ['job_pending', id]);
      return 'canceled';
    });
  }
}
