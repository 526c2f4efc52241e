import type { FoundUnit, HousekeepingStore, RemainingJob } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { plainText } from '../schema/columns.js';
import { inTransaction, tell, type Executor } from './executor.js';
import { endColumns, noteAtTemplate, transitionsOf } from './job-ends.js';

/** A job that runs at a node, or whose unit lies there, as that of a pod. */
const isAt = (hostname: string) => sql<boolean>`${hostname} in (execution_node, work_unit_node)`;

/** Looks at what is left behind, and removes it. */
export class StoredHousekeeping implements HousekeepingStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async remainingJobs(hostname: string): Promise<readonly RemainingJob[]> {
    const rows = await this.#executor
      .selectFrom('unified_jobs')
      .select(['id', 'cancel_flag'])
      .where(isAt(hostname))
      .where('status', 'in', ['waiting', 'running'])
      .orderBy('id')
      .execute();
    return rows.map(({ id, cancel_flag }) => ({ id, isCanceled: cancel_flag }));
  }

  loseJobs(hostname: string, explanation: string): Promise<readonly number[]> {
    const { from, to } = transitionsOf('break');
    return inTransaction(this.#executor, async (transaction) => {
      const lost = await transaction
        .updateTable('unified_jobs')
        .set({
          ...endColumns,
          status: to,
          lease_token: sql<number>`lease_token + 1`,
          job_explanation: plainText(explanation),
          // nobody can be asked any more how many there were
          emitted_events: sql<number>`stored_events`,
          event_processing_finished: true,
          modified: sql`now()`,
        })
        .where(isAt(hostname))
        .where('status', 'in', from)
        .where('status', 'in', ['waiting', 'running'])
        .returningAll()
        .execute();
      for (const job of lost) {
        await noteAtTemplate(transaction, job);
        // its owner lets go of it
        await tell(transaction, ['job_changed', job.id], ['job_cancel', job.id]);
      }
      return lost.map(({ id }) => id);
    });
  }

  async unitsOfEndedJobs(
    hostname: string,
    units: readonly FoundUnit[],
    endedForMs: number,
  ): Promise<readonly string[]> {
    if (units.length === 0) return [];
    const rows = units.map(({ unitId, label }) => ({ unit_id: unitId, ...label }));
    const found = await sql<{ unit_id: string }>`
      select u.unit_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as u (unit_id text, "jobId" bigint, "submissionId" text)
      where exists (
        select from unified_jobs j
        where j.work_unit_node = ${hostname} and j.finished < now() - ${endedForMs} * interval '1 millisecond'
          and (j.work_unit_id = u.unit_id or j.id = u."jobId" and j.submission_id = u."submissionId"))`.execute(
      this.#executor,
    );
    return found.rows.map(({ unit_id }) => unit_id);
  }

  async removeExpired(): Promise<number> {
    const sessions = await sql`delete from sessions where expires < now()`.execute(this.#executor);
    const tokens = await sql`delete from tokens where expires < now()`.execute(this.#executor);
    const joins =
      await sql`delete from join_tokens where expires < now() - interval '30 days'`.execute(
        this.#executor,
      );
    return [sessions, tokens, joins].reduce(
      (sum, { numAffectedRows = 0n }) => sum + Number(numAffectedRows),
      0,
    );
  }
}
