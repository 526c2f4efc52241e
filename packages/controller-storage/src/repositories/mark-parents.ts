import { StorageError, type JobClaim } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import type { Executor } from './executor.js';

/**
 * Marks events as failed or changed that have such events below them, at whatever depth; one statement, which also checks the claim.
 *
 * @throws {StorageError} `lease-lost`
 */
export async function markParents(executor: Executor, { jobId, token }: JobClaim): Promise<void> {
  const { rows } = await sql`
    with recursive claim as (
      select id from unified_jobs where id = ${jobId} and lease_token = ${token} for no key update
    ), marked (uuid, failed, changed) as (
      select parent_uuid, failed, changed from job_events, claim
      where job_id = claim.id and (failed or changed) and parent_uuid <> ''
      union
      select e.parent_uuid, m.failed, m.changed from marked m
        join job_events e on e.job_id = ${jobId} and e.uuid = m.uuid
      where e.parent_uuid <> ''
    ), sums as (
      select uuid, bool_or(failed) as failed, bool_or(changed) as changed from marked group by uuid
    ), written as (
      update job_events e set failed = e.failed or s.failed, changed = e.changed or s.changed, modified = now()
      from sums s where e.job_id = ${jobId} and e.uuid = s.uuid and (s.failed and not e.failed or s.changed and not e.changed)
    )
    select id from claim`.execute(executor);
  if (rows.length > 0) return;
  throw new StorageError('lease-lost', `job ${jobId} has another owner by now, or is gone`);
}
