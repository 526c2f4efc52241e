import type { ControllerLease, StorageChannel } from '@receptorjs/controller-core';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Tables } from '../schema/tables.js';

/** What queries are run on: the database, or a transaction. */
export type Executor = Kysely<Tables>;

/** Runs something in a transaction: a new one, or the one that the executor is. */
export const inTransaction = <T>(
  executor: Executor,
  work: (transaction: Executor) => Promise<T>,
): Promise<T> => (executor.isTransaction ? work(executor) : executor.transaction().execute(work));

/** Tells all controllers, once the transaction is committed. */
export async function tell(
  executor: Executor,
  ...messages: readonly (readonly [channel: StorageChannel, payload: string | number])[]
): Promise<void> {
  const calls = messages.map(
    ([channel, payload]) => sql`pg_notify(${channel}, ${String(payload)})`,
  );
  await sql`select ${sql.join(calls)}`.execute(executor);
}

/** Whether a lease is alive, by the clock of the database. */
export const isAlive = ({ id }: ControllerLease): RawBuilder<boolean> =>
  sql`exists (select from controller_leases where id = ${id} and expires > now())`;
