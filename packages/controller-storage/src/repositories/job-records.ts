import {
  isActive,
  jobTransitions,
  type EventPage,
  type JobHostSummary,
  type JobRecords,
  type JobState,
  type StoredJobEvent,
} from '@receptorjs/controller-core';
import { inTransaction, type Executor } from './executor.js';

const ended = (Object.keys(jobTransitions) as JobState[]).filter((state) => !isActive(state));

/** What is kept of jobs, in the tables `job_events` and `job_host_summaries`. */
export class StoredRecords implements JobRecords {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  events(jobId: number, page: EventPage): Promise<readonly StoredJobEvent[]> {
    return this.#page(jobId, page).selectAll().execute();
  }

  output(
    jobId: number,
    page: EventPage,
  ): Promise<readonly Pick<StoredJobEvent, 'counter' | 'stdout' | 'start_line' | 'end_line'>[]> {
    return this.#page(jobId, page)
      .select(['counter', 'stdout', 'start_line', 'end_line'])
      .where('stdout', '<>', '')
      .execute();
  }

  summaries(jobId: number): Promise<readonly JobHostSummary[]> {
    return this.#executor
      .selectFrom('job_host_summaries')
      .selectAll()
      .where('job_id', '=', jobId)
      .orderBy('host_name')
      .execute();
  }

  remove(jobId: number): Promise<boolean> {
    return inTransaction(this.#executor, async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('unified_jobs')
        .where('id', '=', jobId)
        .where('status', 'in', ended)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) {
        const job = await transaction
          .selectFrom('unified_jobs')
          .select('id')
          .where('id', '=', jobId)
          .executeTakeFirst();
        return job === undefined;
      }
      await transaction.deleteFrom('job_events').where('job_id', '=', jobId).execute();
      return true;
    });
  }

  #page(jobId: number, { after = 0, fromLine, limit }: EventPage) {
    let query = this.#executor
      .selectFrom('job_events')
      .where('job_id', '=', jobId)
      .where('counter', '>', after)
      .limit(limit);
    if (fromLine === undefined) return query.orderBy('counter');
    query = query.where('start_line', '>=', fromLine);
    return query.orderBy('start_line').orderBy('counter');
  }
}
