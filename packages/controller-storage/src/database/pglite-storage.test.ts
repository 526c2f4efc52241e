import { sql } from 'kysely';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FolderOwner } from './folder-owner.js';
import { openStorage } from './open-storage.js';

/** A database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pglite-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Inserts rows one by one, and says each that is committed. */
const writer = `
  import { PGlite } from '@electric-sql/pglite';
  const database = await PGlite.create(process.argv[1]);
  await database.query('create table numbers (n bigint)');
  for (let n = 1; ; n += 1) {
    await database.query('insert into numbers values ($1)', [n]);
    console.log(n);
  }`;

it(
  'keeps what was committed when its process is killed',
  async () => {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '-e', writer, join(folder, 'pgdata')],
      { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let committed = 0;
    try {
      for await (const line of createInterface(child.stdout)) {
        committed = Number(line);
        if (committed === 50) break;
      }
    } finally {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    expect(committed).toBe(50);
    const storage = await openStorage({ kind: 'pglite', folder });
    try {
      const { rows } = await sql<{ n: number }>`select count(*) as n from numbers`.execute(
        storage.database,
      );
      expect(rows[0]?.n).toBeGreaterThanOrEqual(committed);
      await expect(openStorage({ kind: 'pglite', folder })).rejects.toThrow(
        'in use by another process',
      );
    } finally {
      await storage.close();
    }
  },
  START_MS,
);

it(
  'makes a cluster anew where the making of one was cut off',
  async () => {
    const unfinished = join(folder, 'pgdata.new');
    mkdirSync(unfinished);
    writeFileSync(join(unfinished, 'PG_VERSION'), '17');
    await (await openStorage({ kind: 'pglite', folder })).close();
    expect(readdirSync(folder)).toEqual(['pgdata']);
  },
  START_MS,
);

it('gives its folder to one at a time', async () => {
  const first = await FolderOwner.take(folder);
  await expect(FolderOwner.take(folder)).rejects.toThrow('in use by another process');
  await first.release();
  await (await FolderOwner.take(folder)).release();
});

it('takes a folder whose owner was killed', async () => {
  const child = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`,
    join(folder, 'owner.sock'),
  ]);
  await once(child, 'exit');
  const owners = await Promise.allSettled([FolderOwner.take(folder), FolderOwner.take(folder)]);
  const taken = owners.filter(({ status }) => status === 'fulfilled');
  expect(taken).toHaveLength(1);
  for (const owner of owners) if (owner.status === 'fulfilled') await owner.value.release();
});
