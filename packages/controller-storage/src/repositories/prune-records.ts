import { isActive, jobTransitions, type JobState } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { inTransaction, type Executor } from './executor.js';

/** Rows that are removed at once, so that nobody waits long for a lock. */
const AT_ONCE = 500;

const ended = (Object.keys(jobTransitions) as JobState[]).filter((state) => !isActive(state));

/** How old what is removed has to be, in days; what is not given stays. */
export interface PruneLimits {
  /** Jobs that have ended, with all that is kept of them. */
  readonly jobDays?: number | undefined;
  /** Entries of the activity stream. */
  readonly activityDays?: number | undefined;
}

/** What was removed, or would be. */
export interface Pruned {
  readonly jobs: number;
  readonly activities: number;
}

/**
 * Removes jobs that have ended long ago, with their events and summaries, and old entries of the activity stream; a part at a time, while controllers run.
 *
 * @param isDryRun counts alone
 */
export async function pruneRecords(
  executor: Executor,
  { jobDays, activityDays }: PruneLimits,
  isDryRun = false,
): Promise<Pruned> {
  const before = (days: number) => sql<Date>`now() - ${days} * interval '1 day'`;
  const pruned = { jobs: 0, activities: 0 };
  if (jobDays !== undefined) {
    const old = executor
      .selectFrom('unified_jobs')
      .where('status', 'in', ended)
      .where('finished', '<', before(jobDays));
    if (isDryRun) {
      const { count } = await old
        .select(sql<number>`count(*)`.as('count'))
        .executeTakeFirstOrThrow();
      pruned.jobs = count;
    } else {
      for (;;) {
        const ids = (await old.select('id').orderBy('id').limit(AT_ONCE).execute()).map(
          ({ id }) => id,
        );
        if (ids.length === 0) break;
        await inTransaction(executor, async (transaction) => {
          // jobs may have very many events
          await sql`set local statement_timeout = 0`.execute(transaction);
          await transaction.deleteFrom('unified_jobs').where('id', 'in', ids).execute();
          await transaction.deleteFrom('job_events').where('job_id', 'in', ids).execute();
        });
        pruned.jobs += ids.length;
      }
    }
  }
  if (activityDays !== undefined) {
    const old = executor
      .selectFrom('activity_stream')
      .where('timestamp', '<', before(activityDays));
    if (isDryRun) {
      const { count } = await old
        .select(sql<number>`count(*)`.as('count'))
        .executeTakeFirstOrThrow();
      pruned.activities = count;
    } else {
      for (;;) {
        const ids = (await old.select('id').orderBy('id').limit(AT_ONCE).execute()).map(
          ({ id }) => id,
        );
        if (ids.length === 0) break;
        await executor.deleteFrom('activity_stream').where('id', 'in', ids).execute();
        pruned.activities += ids.length;
      }
    }
  }
  return pruned;
}
