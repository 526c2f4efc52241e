import type { Executor } from './executor.js';

/** A CA as it is stored: the key is locked. */
export interface StoredAuthority {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The CA of a name. */
export async function findAuthority(
  executor: Executor,
  name: string,
): Promise<StoredAuthority | undefined> {
  const row = await executor
    .selectFrom('certificate_authorities')
    .select(['certificate', 'private_key'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row && { certificate: row.certificate, privateKey: row.private_key };
}

/** Stores a CA where there is none of its name yet; of several at once the first one stays. */
export async function addAuthority(
  executor: Executor,
  name: string,
  { certificate, privateKey }: StoredAuthority,
): Promise<void> {
  await executor
    .insertInto('certificate_authorities')
    .values({ name, certificate, private_key: privateKey })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
}
