import { sql } from 'kysely';
import type * as NodeFs from 'node:fs';
import { fsyncSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openStorage } from './open-storage.js';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof NodeFs>();
  return { ...real, fsyncSync: vi.fn(real.fsyncSync) };
});

it('has a commit wait for the disk, but for one that says it need not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pglite-'));
  const storage = await openStorage({ kind: 'pglite', folder });
  try {
    const { database } = storage;
    const { rows } = await sql`select current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commits, current_setting('controller.event_commit') as events`.execute(
      database,
    );
    expect(rows).toEqual([{ fsync: 'on', commits: 'on', events: 'off' }]);
    await sql`create table numbers (n bigint)`.execute(database);
    const syncs = async (commit: string): Promise<number> => {
      vi.mocked(fsyncSync).mockClear();
      await sql`with setting as (select set_config('synchronous_commit', ${commit}, true))
        insert into numbers select 1 from setting`.execute(database);
      return vi.mocked(fsyncSync).mock.calls.length;
    };
    expect([await syncs('on'), await syncs('off'), await syncs('on')]).toEqual([1, 0, 1]);
    vi.mocked(fsyncSync).mockImplementationOnce(() => {
      throw Object.assign(new Error('the disk is broken'), { code: 'EIO' });
    });
    await expect(sql`insert into numbers values (2)`.execute(database)).rejects.toThrow(
      'the disk is broken',
    );
    await expect(sql`select 1`.execute(database)).rejects.toThrow(
      'has failed (the disk is broken)',
    );
  } finally {
    await storage.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
