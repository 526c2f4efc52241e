import type { ControllerLease, ControllerLeases, LeaseRenewal } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { inTransaction, type Executor } from './executor.js';

const fromNow = (ms: number) => sql<Date>`now() + ${ms} * interval '1 millisecond'`;

/** When leases have expired that are given up for good. */
const forGood = sql<Date>`'epoch'::timestamptz`;

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
        .set({ expires: forGood })
        .where('hostname', '=', hostname)
        .where('expires', '>', forGood)
        .execute();
      const { id } = await transaction
        .insertInto('controller_leases')
        .values({ hostname, expires: fromNow(ttlMs) })
        .returning('id')
        .executeTakeFirstOrThrow();
      return { id, hostname };
    });
  }

  async renew({ id }: ControllerLease, ttlMs: number): Promise<LeaseRenewal> {
    const { rows } = await sql<{ was_alive: boolean }>`
      update controller_leases l set expires = ${fromNow(ttlMs)}
      from (select id, expires > now() as was_alive from controller_leases where id = ${id} for no key update) as before
      where l.id = before.id and l.expires > ${forGood}
      returning before.was_alive`.execute(this.#executor);
    const [row] = rows;
    if (row === undefined) return 'gone';
    return row.was_alive ? 'kept' : 'revived';
  }

  async close({ id }: ControllerLease): Promise<void> {
    await this.#executor
      .updateTable('controller_leases')
      .set({ expires: forGood })
      .where('id', '=', id)
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
