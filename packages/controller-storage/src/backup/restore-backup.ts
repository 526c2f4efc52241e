import { sql } from 'kysely';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { migrateDatabase } from '../database/migrate.js';
import type { Storage } from '../database/storage.js';
import { migrations } from '../migrations/migrations.js';
import type { Executor } from '../repositories/executor.js';
import {
  isMark,
  markLine,
  readMark,
  type BackupHeader,
  type BackupTrailer,
} from './backup-file.js';
import { checkConsistency } from './check-consistency.js';
import { tablesOf } from './write-backup.js';

/** Rows that are written at once: so many, or so many characters. */
const ROWS = 500;
const CHARACTERS = 4_000_000;

/**
 * Reads a backup into a database that is empty, and brings it up to date. All of it is there in the end or nothing: what the file says of itself is checked,
 * all references between tables, and what {@link checkConsistency} looks at.
 *
 * @returns how many rows of each table
 * @throws {Error} where the database is not empty, or the file is not whole or of a later version
 */
export async function restoreBackup(
  storage: Storage,
  path: string,
): Promise<Readonly<Record<string, number>>> {
  const lines = readLines(path);
  try {
    const header = headerOf(path, (await lines.next()).value);
    await prepare(storage, path, header);
    const trailer = await storage.database.transaction().execute(async (transaction) => {
      // references of many rows are checked at once
      await sql`set local statement_timeout = 0`.execute(transaction);
      const references = await dropReferences(transaction);
      // what they would write is in the file, and nobody is to be told
      await setTriggers(transaction, 'disable');
      const found = await readRows(transaction, path, header, lines);
      for (const [name, last] of Object.entries(found.sequences)) {
        await sql`select setval(${name}::regclass, ${last})`.execute(transaction);
      }
      // each is checked for all rows as it is made
      for (const each of references) await sql.raw(each).execute(transaction);
      await setTriggers(transaction, 'enable');
      return found;
    });
    await storage.migrate();
    const faults = await checkConsistency(storage);
    if (faults.length > 0)
      throw new Error(`${path} was restored, and is not consistent: ${faults.join('; ')}`);
    return trailer.rows;
  } finally {
    await lines.return(undefined);
  }
}

async function* readLines(path: string): AsyncGenerator<string, undefined> {
  const file = createReadStream(path);
  const unzipped = createGunzip();
  file.once('error', (error) => unzipped.destroy(error));
  try {
    yield* createInterface({ input: file.pipe(unzipped), crlfDelay: Infinity });
  } finally {
    file.destroy();
  }
  return undefined;
}

function headerOf(path: string, line: string | undefined): BackupHeader {
  const mark = line !== undefined && isMark(line) ? readMark(line) : undefined;
  if (mark?.kind !== 'header') throw new Error(`${path} is no backup of a controller`);
  return mark.header;
}

/** Gives an empty database the schema that the backup has. */
async function prepare(storage: Storage, path: string, header: BackupHeader): Promise<void> {
  const own = migrations.slice(0, header.migrations.length);
  if (own.map(({ name }) => name).join() !== header.migrations.join()) {
    throw new Error(`${path} is of a later version, which knows ${header.migrations.at(-1) ?? ''}`);
  }
  const refusal = new Error('the database is not empty; a backup is restored into an empty one');
  const tables = await tablesOf(storage.database);
  for (const table of tables) {
    const { rows } = await sql`select from ${sql.table(table)} limit 1`.execute(storage.database);
    if (rows.length > 0) throw refusal;
  }
  await migrateDatabase(storage.database, own).catch((error: unknown) => {
    throw new Error(
      `${path} is of an earlier version than the database; restore it into a new one`,
      { cause: error },
    );
  });
}

/** Takes the foreign keys away, whose order rows would have to be in; returns the statements that make them again. */
async function dropReferences(executor: Executor): Promise<readonly string[]> {
  const { rows } = await sql<{ table: string; name: string; definition: string }>`
    select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`.execute(
    executor,
  );
  for (const { table, name } of rows) {
    await sql.raw(`alter table ${table} drop constraint ${name}`).execute(executor);
  }
  return rows.map(
    ({ table, name, definition }) => `alter table ${table} add constraint ${name} ${definition}`,
  );
}

async function setTriggers(executor: Executor, state: 'disable' | 'enable'): Promise<void> {
  for (const table of await tablesOf(executor))
    await sql.raw(`alter table ${table} ${state} trigger user`).execute(executor);
}

async function readRows(
  executor: Executor,
  path: string,
  header: BackupHeader,
  lines: AsyncGenerator<string, undefined>,
): Promise<BackupTrailer> {
  const hash = createHash('sha256').update(`${markLine({ kind: 'header', header })}\n`);
  const known = new Set(await tablesOf(executor));
  const counts: Record<string, number> = {};
  let insert: ((rows: readonly string[]) => Promise<void>) | undefined;
  let table = '';
  let batch: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await insert?.(batch);
    counts[table] = (counts[table] ?? 0) + batch.length;
    [batch, size] = [[], 0];
  };
  for await (const line of lines) {
    if (!isMark(line)) {
      hash.update(`${line}\n`);
      batch.push(line);
      size += line.length;
      if (batch.length >= ROWS || size >= CHARACTERS) await flush();
      continue;
    }
    if (table !== '') await flush();
    const mark = readMark(line);
    if (mark.kind === 'trailer') {
      const isWhole = mark.trailer.sha256 === hash.digest('hex');
      if (isWhole && JSON.stringify(mark.trailer.rows) === JSON.stringify(counts))
        return mark.trailer;
      break;
    }
    hash.update(`${line}\n`);
    if (mark.kind !== 'table' || !known.has(mark.table)) break;
    ({ table } = mark);
    insert = await insertInto(executor, table);
  }
  throw new Error(
    `${path} is damaged or cut off: what it says of itself does not match; nothing was restored`,
  );
}

/** Writes rows of JSON into a table, but for what it computes itself. */
async function insertInto(
  executor: Executor,
  table: string,
): Promise<(rows: readonly string[]) => Promise<void>> {
  const { rows: columns } = await sql<{ name: string }>`
    select attname as name from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`.execute(
    executor,
  );
  const names = sql.join(columns.map(({ name }) => sql.id(name)));
  return async (rows) => {
    await sql`insert into ${sql.table(table)} (${names}) overriding system value
      select ${names} from jsonb_populate_recordset(null::${sql.table(table)}, ${`[${rows.join(',')}]`}::jsonb)`.execute(
      executor,
    );
  };
}
