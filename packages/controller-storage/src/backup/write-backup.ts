import { sql } from 'kysely';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Storage } from '../database/storage.js';
import type { Executor } from '../repositories/executor.js';
import { markLine, type BackupTrailer } from './backup-file.js';

/** Rows that are read at once. */
const FETCH = 500;

/**
 * Writes all that a database has, as it is at one moment, into a file that only its owner may read. It is there under its name when it is complete and on
 * the disk. Secrets in it are as in the database: ciphertext.
 *
 * @returns how many rows of each table
 * @throws {Error} where the file can't be written
 */
export async function writeBackup(
  { database }: Storage,
  path: string,
): Promise<Readonly<Record<string, number>>> {
  const unfinished = `${path}.${process.pid}.unfinished`;
  const rows: Record<string, number> = {};
  try {
    await database
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (transaction) => {
        const file = createWriteStream(unfinished, { mode: 0o600, flags: 'wx' });
        await pipeline(Readable.from(lines(transaction, rows)), createGzip(), file);
      });
    const handle = await open(unfinished, 'r+');
    await handle.sync().finally(() => handle.close());
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  return rows;
}

async function* lines(executor: Executor, rows: Record<string, number>): AsyncGenerator<string> {
  const hash = createHash('sha256');
  const line = (text: string): string => {
    const whole = `${text}\n`;
    hash.update(whole);
    return whole;
  };
  const { rows: done } = await sql<{
    name: string;
  }>`select name from kysely_migration order by name`.execute(executor);
  yield line(
    markLine({
      kind: 'header',
      header: {
        format: 'receptorjs-controller-backup',
        version: 1,
        migrations: done.map(({ name }) => name),
        created: new Date().toISOString(),
      },
    }),
  );
  for (const table of await tablesOf(executor)) {
    rows[table] = 0;
    yield line(markLine({ kind: 'table', table }));
    await sql`declare backup no scroll cursor for select to_jsonb(t)::text as row from ${sql.table(table)} t`.execute(
      executor,
    );
    for (;;) {
      const page = await sql<{ row: string }>`fetch ${sql.raw(String(FETCH))} from backup`.execute(
        executor,
      );
      if (page.rows.length === 0) break;
      rows[table] += page.rows.length;
      yield page.rows.map(({ row }) => line(row)).join('');
    }
    await sql`close backup`.execute(executor);
  }
  const sequences = await sequencesOf(executor);
  const trailer: BackupTrailer = { rows, sequences, sha256: hash.digest('hex') };
  yield `${markLine({ kind: 'trailer', trailer })}\n`;
}

/** Tables with what is to be kept. */
export async function tablesOf(executor: Executor): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by tablename
  `.execute(executor);
  return rows.map(({ name }) => name);
}

async function sequencesOf(executor: Executor): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; last: number }>`
    select sequencename as name, last_value as last from pg_sequences where schemaname = 'public' and last_value is not null
  `.execute(executor);
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]));
}
