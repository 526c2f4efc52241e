import { sql } from 'kysely';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { samples } from '../database/test-samples.js';
import { storagesUnderTest, type StorageUnderTest } from '../testing/storages-under-test.js';
import { checkConsistency } from './check-consistency.js';
import { restoreBackup } from './restore-backup.js';
import { tablesOf, writeBackup } from './write-backup.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;
const [pglite, postgres] = storagesUnderTest() as [StorageUnderTest, StorageUnderTest];
const folder = mkdtempSync(join(tmpdir(), 'backup-'));
const file = join(folder, 'controller.backup');

async function fill({ database }: Storage): Promise<void> {
  for (const statement of Object.values(samples).flat()) await sql.raw(statement).execute(database);
  await sql`update unified_jobs set stored_events = 1 where id = 1`.execute(database);
  await sql`update instances set cpu = 1.25, last_seen = '2026-01-01 00:00:00.123456+00'`.execute(
    database,
  );
  await sql`update job_events set stdout = ${'# \\ \n\u2028 "x"'}`.execute(database);
}

/** All rows of all tables, as text. */
async function contents({ database }: Storage): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of await tablesOf(database)) {
    const { rows } = await sql<{
      row: string;
    }>`select to_jsonb(t)::text as row from ${sql.table(table)} t order by 1`.execute(database);
    all[table] = rows.map(({ row }) => row);
  }
  return all;
}

beforeAll(() => Promise.all([pglite.start(), postgres.start()]), START_MS);
afterAll(async () => {
  await Promise.all([pglite.stop(), postgres.stop()]);
  rmSync(folder, { recursive: true });
}, START_MS);
beforeEach(() => rmSync(file, { force: true }));

describe.each([
  ['pglite', 'postgres', pglite, postgres],
  ['postgres', 'pglite', postgres, pglite],
] as const)('a backup from %s to %s', (_from, _to, from, to) => {
  it.skipIf(postgres.isMissing)('brings all rows, and the ids that come next', async () => {
    const source = await from.empty();
    await fill(source);
    const written = await writeBackup(source, file);
    expect(written).toMatchObject({ users: 1, instances: 2, job_events: 1 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const target = await to.empty();
    expect(await restoreBackup(target, file)).toEqual(written);
    expect(await contents(target)).toEqual(await contents(source));
    const { rows } = await sql<{ id: number }>`
      insert into projects (name) values ('next') returning id`.execute(target.database);
    expect(rows).toEqual([{ id: 4 }]);
    await expect(
      sql`insert into tokens (user_id, token_hash, scope, expires) values (77, 'x', 'read', now())`.execute(
        target.database,
      ),
    ).rejects.toThrow('foreign key');
    await expect(restoreBackup(target, file)).rejects.toThrow('not empty');
  });
});

it('is refused when it is damaged, and leaves nothing', async () => {
  const storage = await pglite.empty();
  await fill(storage);
  await writeBackup(storage, file);
  const text = gunzipSync(readFileSync(file)).toString();
  const wrong = {
    changed: text.replace('"admin"', '"Admin"'),
    'cut off': text.slice(0, text.lastIndexOf('#')),
    later: text.replace('"0006-system"', '"0006-system","0007-later"'),
    'something else': 'hello\n',
  };
  const target = await pglite.empty();
  for (const changed of Object.values(wrong)) {
    writeFileSync(file, gzipSync(changed));
    await expect(restoreBackup(target, file)).rejects.toThrow(/damaged|later version|no backup/);
  }
  writeFileSync(file, gzipSync(text).subarray(0, 500));
  await expect(restoreBackup(target, file)).rejects.toThrow();
  await expect(restoreBackup(target, join(folder, 'none'))).rejects.toThrow('ENOENT');
  expect(Object.values(await contents(target)).flat()).toEqual([]);
  await expect(writeBackup(target, join(folder, 'none', 'file'))).rejects.toThrow('ENOENT');
  expect(readdirSync(folder)).toEqual(['controller.backup']);
});

it('is not made of what contradicts itself without saying so', async () => {
  const storage = await pglite.empty();
  await fill(storage);
  expect(await checkConsistency(storage)).toEqual([]);
  await sql`insert into job_events (job_id, counter, event, created) values (1, 2, 'x', now()), (99, 1, 'x', now())`.execute(
    storage.database,
  );
  expect(await checkConsistency(storage)).toEqual([
    '1 events of jobs that are not there',
    '1 jobs whose count of stored events is wrong',
  ]);
});
