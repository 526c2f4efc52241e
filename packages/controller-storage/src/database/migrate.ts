import { Migrator, sql, type Kysely, type Migration } from 'kysely';
import type { SchemaMigration } from '../migrations/migration.js';
import { migrations as all } from '../migrations/migrations.js';
import type { Tables } from '../schema/tables.js';

/**
 * Takes the steps of the schema that a database lacks, all in one transaction under a lock, and returns their names.
 *
 * @param migrations default: all there are
 */
export async function migrateDatabase(
  database: Kysely<Tables>,
  migrations: readonly SchemaMigration[] = all,
): Promise<readonly string[]> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: () => Promise.resolve(provided(migrations)) },
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find(({ status }) => status === 'Error');
    throw new Error(
      failed
        ? `migration ${failed.migrationName} failed`
        : 'the schema could not be brought up to date',
      { cause: error },
    );
  }
  return results.map(({ migrationName }) => migrationName);
}

function provided(migrations: readonly SchemaMigration[]): Record<string, Migration> {
  return Object.fromEntries(
    migrations.map(({ name, statements }) => [
      name,
      {
        up: async (database: Kysely<unknown>): Promise<void> => {
          // another process may hold the lock for as long as it takes
          await sql`set local statement_timeout = 0`.execute(database);
          for (const statement of statements) await sql.raw(statement).execute(database);
        },
      },
    ]),
  );
}
