import { sql, type Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrations } from '../migrations/migrations.js';
import { describeTables } from '../schema/test-describe-tables.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { migrateDatabase } from './migrate.js';
import type { Storage } from './storage.js';
import { samples } from './test-samples.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;
const names = migrations.map(({ name }) => name);

describe.each(storagesUnderTest())('migrations on $kind', (under) => {
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    const tables = ({ database }: Storage) =>
      describeTables(database as unknown as Kysely<unknown>);

    it(
      'bring an empty database up to date once, and keep the rows of one that is filled',
      async () => {
        const filled = await under.create();
        for (const [index, { name }] of migrations.entries()) {
          const soFar = migrations.slice(0, index + 1);
          expect(await migrateDatabase(filled.database, soFar)).toEqual([name]);
          for (const statement of samples[name] ?? []) {
            await sql.raw(statement).execute(filled.database);
          }
        }
        expect(await filled.migrate()).toEqual([]);
        expect(await emptyTables(filled)).toEqual([]);
        expect(await tables(filled)).toBe(await tables(await under.empty()));
      },
      START_MS,
    );

    it(
      'are taken once by controllers that start together',
      async () => {
        const first = await under.create();
        const all = [first, await under.again(first), await under.again(first)];
        const taken = await Promise.all(all.map((storage) => storage.migrate()));
        expect(taken.flat().sort()).toEqual(names);
        expect(await tables(first)).toBe(await tables(await under.empty()));
      },
      START_MS,
    );

    it(
      'leave the database as it was when one fails, and when it is of a later version',
      async () => {
        const storage = await under.create();
        const broken = {
          name: '9999-broken',
          statements: ['create table left (id int)', 'nonsense'],
        };
        await expect(migrateDatabase(storage.database, [...migrations, broken])).rejects.toThrow(
          'migration 9999-broken failed',
        );
        const { rows } =
          await sql`select from pg_tables where tablename in ('left', 'users')`.execute(
            storage.database,
          );
        expect(rows).toHaveLength(0);
        const later = { name: '9999-later', statements: ['create table later (id int)'] };
        await migrateDatabase(storage.database, [...migrations, later]);
        await expect(storage.migrate()).rejects.toThrow('could not be brought up to date');
      },
      START_MS,
    );
  });
});

async function emptyTables({ database }: Storage): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
  `.execute(database);
  const empty: string[] = [];
  for (const { name } of rows) {
    const found = await sql`select from ${sql.table(name)} limit 1`.execute(database);
    if (found.rows.length === 0) empty.push(name);
  }
  return empty;
}
