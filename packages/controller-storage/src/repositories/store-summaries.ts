import { StorageError, type HostOutcome, type JobClaim } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { plainText } from '../schema/columns.js';
import { inTransaction, type Executor } from './executor.js';

/**
 * Stores what became of the hosts of a job, in place of what was stored before, and notes the job at the hosts.
 *
 * @throws {StorageError} `lease-lost`
 */
export function storeSummaries(
  executor: Executor,
  { jobId, token }: JobClaim,
  outcomes: readonly HostOutcome[],
): Promise<void> {
  return inTransaction(executor, async (transaction) => {
    const job = await transaction
      .selectFrom('unified_jobs')
      .select('id')
      .where('id', '=', jobId)
      .where('lease_token', '=', token)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (job === undefined) {
      throw new StorageError('lease-lost', `job ${jobId} has another owner by now, or is gone`);
    }
    await transaction.deleteFrom('job_host_summaries').where('job_id', '=', jobId).execute();
    if (outcomes.length === 0) return;
    const rows = outcomes.map((outcome) => ({
      ...outcome,
      host_name: plainText(outcome.host_name),
    }));
    // a host that was removed meanwhile is known by its name alone
    await sql`
      insert into job_host_summaries (job_id, host_id, host_name, ok, changed, dark, failures, skipped, processed, ignored, rescued)
      select ${jobId}, h.id, o.host_name, o.ok, o.changed, o.dark, o.failures, o.skipped, o.processed, o.ignored, o.rescued
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as o (host_id bigint, host_name text, ok integer, changed integer,
        dark integer, failures integer, skipped integer, processed integer, ignored integer, rescued integer)
        left join hosts h on h.id = o.host_id`.execute(transaction);
    await sql`
      update hosts set last_job_id = s.job_id, last_job_host_summary_id = s.id
      from job_host_summaries s where s.job_id = ${jobId} and s.host_id = hosts.id`.execute(
      transaction,
    );
  });
}
