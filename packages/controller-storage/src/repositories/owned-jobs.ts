import {
  isActive,
  nextJobState,
  StorageError,
  type ClaimedJob,
  type ControllerLease,
  type HostOutcome,
  type JobClaim,
  type JobEvent,
  type JobFacts,
  type JobStanding,
  type NewJobEvent,
  type OwnedJobs,
  type RunPosition,
  type Submission,
  type UnifiedJob,
} from '@receptorjs/controller-core';
import { sql, type RawBuilder } from 'kysely';
import { inTransaction, isAlive, tell, type Executor } from './executor.js';
import { jobColumns } from './job-columns.js';
import { endColumns, noteAtTemplate, transitionsOf } from './job-ends.js';
import { markParents } from './mark-parents.js';
import { storeEvents } from './store-events.js';
import { storeSummaries } from './store-summaries.js';

/** Jobs that controllers own, in the table `unified_jobs`: `lease_id` says who does, and `lease_token` whose writes count. */
export class StoredOwnedJobs implements OwnedJobs {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  acquire(
    lease: ControllerLease,
    limit: number,
    known: readonly number[],
  ): Promise<readonly ClaimedJob[]> {
    return this.#take(
      lease,
      limit,
      sql`status in ('waiting', 'running') and (
        status = 'waiting' and lease_id is null and controller_node = ${lease.hostname}
        or lease_id = ${lease.id} and launch_type <> 'sync' and id <> all(${known}::bigint[]))`,
    );
  }

  async standing(jobIds: readonly number[]): Promise<readonly JobStanding[]> {
    const { rows } = await sql<JobStanding>`
      select id as "jobId", lease_token as token, cancel_flag as "isCanceled" from unified_jobs
      where id = any(${jobIds}::bigint[])`.execute(this.#executor);
    return rows;
  }

  adopt(lease: ControllerLease, limit: number): Promise<readonly ClaimedJob[]> {
    return this.#take(
      lease,
      limit,
      sql`status in ('waiting', 'running') and case
        when lease_id is not null then
          not exists (select from controller_leases l where l.id = lease_id and l.expires > now())
        when status = 'running' or submission_id is not null then true
        else not exists (select from controller_leases l where l.hostname = controller_node and l.expires > now())
      end`,
    );
  }

  async #take(
    lease: ControllerLease,
    limit: number,
    condition: RawBuilder<unknown>,
  ): Promise<readonly ClaimedJob[]> {
    // work of the control plane that was sent nowhere yet moves with its controller
    const { rows } = await sql<UnifiedJob & { previous_controller: string; is_local: boolean }>`
      with taken as (
        select id, controller_node as previous_controller from unified_jobs
        where ${condition} and ${isAlive(lease)}
        order by id limit ${limit} for update skip locked
      )
      update unified_jobs set lease_id = ${lease.id}, lease_token = lease_token + 1, controller_node = ${lease.hostname},
        execution_node = case
          when submission_id is null and execution_node = controller_node and type in ('project_update', 'system_job')
          then ${lease.hostname} else execution_node end
      from taken where unified_jobs.id = taken.id
      returning unified_jobs.*, taken.previous_controller, exists (
        select from instances i where i.hostname = execution_node and i.node_type in ('control', 'hybrid')) as is_local`.execute(
      this.#executor,
    );
    return rows
      .map(({ previous_controller, is_local: isLocal, ...job }) => ({
        claim: { jobId: job.id, token: job.lease_token },
        job,
        previousController: previous_controller === lease.hostname ? '' : previous_controller,
        isLocal,
      }))
      .sort((a, b) => a.claim.jobId - b.claim.jobId);
  }

  async release(claim: JobClaim): Promise<void> {
    await this.#write(claim, sql`lease_id = null, lease_token = lease_token + 1`);
  }

  async reserve(claim: JobClaim, submission: Submission): Promise<Submission> {
    const isFirst = sql`submission_id is null`;
    const { submission_id, work_unit_node, traceparent } = await this.#write(
      claim,
      sql`work_unit_node = case when ${isFirst} then ${submission.node} else work_unit_node end,
        traceparent = case when ${isFirst} then ${submission.traceparent} else traceparent end,
        submission_id = coalesce(submission_id, ${submission.id})`,
    );
    return { id: submission_id ?? submission.id, node: work_unit_node, traceparent };
  }

  async setUnit(claim: JobClaim, unitId: string | undefined): Promise<void> {
    await this.#write(claim, sql`work_unit_id = ${unitId ?? null}`);
  }

  async note({ jobId, token }: JobClaim, facts: JobFacts): Promise<void> {
    const row = await this.#executor
      .updateTable('unified_jobs')
      .set({ ...jobColumns(facts), modified: sql`now()` })
      .where('id', '=', jobId)
      .where('lease_token', '=', token)
      .returning('id')
      .executeTakeFirst();
    if (row === undefined) throw leaseLost(jobId);
  }

  async #write({ jobId, token }: JobClaim, assignments: RawBuilder<unknown>): Promise<UnifiedJob> {
    const { rows } = await sql<UnifiedJob>`
      update unified_jobs set ${assignments}, modified = now()
      where id = ${jobId} and lease_token = ${token} returning *`.execute(this.#executor);
    const [job] = rows;
    if (job === undefined) throw leaseLost(jobId);
    return job;
  }

  change(claim: JobClaim, event: JobEvent, facts: JobFacts = {}): Promise<UnifiedJob> {
    const { from, to } = transitionsOf(event);
    const { jobId, token } = claim;
    return inTransaction(this.#executor, async (transaction) => {
      const job = await transaction
        .updateTable('unified_jobs')
        .set({
          ...jobColumns(facts),
          ...this.#columnsOf(event, !isActive(to), facts),
          status: to,
          modified: sql`now()`,
        })
        .where('id', '=', jobId)
        .where('lease_token', '=', token)
        .where('status', 'in', from)
        .returningAll()
        .executeTakeFirst();
      if (job === undefined) return this.#refuse(transaction, claim, event);
      await noteAtTemplate(transaction, job);
      await tell(
        transaction,
        ['job_changed', jobId],
        // there is room for another one
        ...(event === 'start' ? [] : [['job_pending', jobId] as const]),
      );
      return job;
    });
  }

  #columnsOf(event: JobEvent, isEnd: boolean, { emitted_events }: JobFacts) {
    if (isEnd) {
      // of a job whose worker never said how many there are, those count that have come
      const emitted = sql<number>`coalesce(${emitted_events ?? null}::bigint, emitted_events, stored_events)`;
      return {
        ...endColumns,
        emitted_events: emitted,
        event_processing_finished: sql<boolean>`${emitted} = stored_events`,
      };
    }
    if (event === 'start') return { started: sql<Date>`coalesce(started, now())` };
    if (event !== 'give-back') return {};
    return {
      controller_node: '',
      execution_node: '',
      instance_group_id: null,
      submission_id: null,
      work_unit_node: '',
      work_unit_id: null,
      lease_id: null,
      lease_token: sql<number>`lease_token + 1`,
    };
  }

  /** Says why a change was refused. */
  async #refuse(executor: Executor, { jobId, token }: JobClaim, event: JobEvent): Promise<never> {
    const job = await executor
      .selectFrom('unified_jobs')
      .select(['status', 'lease_token'])
      .where('id', '=', jobId)
      .executeTakeFirst();
    if (job?.lease_token !== token) throw leaseLost(jobId);
    nextJobState(job.status, event);
    throw new StorageError('conflict', `job ${jobId} changed while it was being changed`);
  }

  storeEvents(
    claim: JobClaim,
    events: readonly NewJobEvent[],
    position?: RunPosition,
  ): Promise<number> {
    return storeEvents(this.#executor, claim, events, position);
  }

  markParents(claim: JobClaim): Promise<void> {
    return markParents(this.#executor, claim);
  }

  storeSummaries(claim: JobClaim, outcomes: readonly HostOutcome[]): Promise<void> {
    return storeSummaries(this.#executor, claim, outcomes);
  }
}

/** The refusal of a write whose claim is of an earlier owner. */
export const leaseLost = (jobId: number): StorageError =>
  new StorageError(
    'lease-lost',
    `job ${jobId} has another owner by now, or is gone: nothing was written`,
  );
