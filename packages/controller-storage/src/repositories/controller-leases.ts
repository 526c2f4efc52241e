import type { ControllerLease, ControllerLeases } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { inTransaction, type Executor } from './executor.js';

const fromNow = (ms: number) => sql<Date>`now() + ${ms} * interval '1 millisecond'`;

/** Leases in the table `controller_leases`. */
export class StoredLeases implements ControllerLeases {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  open(hostname: string, ttlMs: number): Promise<ControllerLease> {
    return inTransaction(this.#executor, async (transaction) => {
      // one that was restarted goes on with its own jobs at once; where the other process lives after all, it loses them
      await transaction
        .updateTable('controller_leases')
        .set({ expires: sql`now()` })
        .where('hostname', '=', hostname)
        .where('expires', '>', sql<Date>`now()`)
        .execute();
      const { id } = await transaction
        .insertInto('controller_leases')
        .values({ hostname, expires: fromNow(ttlMs) })
        .returning('id')
        .executeTakeFirstOrThrow();
      return { id, hostname };
    });
  }

  async renew({ id }: ControllerLease, ttlMs: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#executor
      .updateTable('controller_leases')
      .set({ expires: fromNow(ttlMs) })
      .where('id', '=', id)
      .where('expires', '>', sql<Date>`now()`)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  async close({ id }: ControllerLease): Promise<void> {
    await this.#executor
      .updateTable('controller_leases')
      .set({ expires: sql`now()` })
      .where('id', '=', id)
      .where('expires', '>', sql<Date>`now()`)
      .execute();
  }

  async alive(): Promise<readonly string[]> {
    const rows = await this.#executor
      .selectFrom('controller_leases')
      .select('hostname')
      .distinct()
      .where('expires', '>', sql<Date>`now()`)
      .orderBy('hostname')
      .execute();
    return rows.map(({ hostname }) => hostname);
  }

  async sweep(olderThanMs: number): Promise<void> {
    await sql`
      delete from controller_leases l
      where expires < now() - ${olderThanMs} * interval '1 millisecond'
        and not exists (select from unified_jobs j where j.lease_id = l.id)`.execute(
      this.#executor,
    );
  }
}
