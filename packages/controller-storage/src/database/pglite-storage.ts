import { PGlite } from '@electric-sql/pglite';
import { Kysely } from 'kysely';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tables } from '../schema/tables.js';
import { FolderOwner } from './folder-owner.js';
import { migrateDatabase } from './migrate.js';
import { ensureCluster } from './pglite-cluster.js';
import { PGliteDialect } from './pglite-dialect.js';
import type { ChannelListener, Storage } from './storage.js';
import { SyncedFolder } from './synced-folder.js';
import { Turns } from './turns.js';

const settings = {
  // the default takes 128 MiB of memory; below it the operating system caches the files once more
  shared_buffers: '8MB',
  // of the ways to the disk that PostgreSQL knows the one that PGlite hands on
  wal_sync_method: 'fsync',
  // a power cut ends this process too, which then reads the last events from their nodes again: see store-events.ts
  'controller.event_commit': 'off',
};
/** The parameter with which PostgreSQL leaves what it writes to the operating system. */
const WITHOUT_SYNC = '-F';
const parameter = ([name, value]: [string, string]): readonly string[] => [
  '-c',
  `${name}=${value}`,
];

/** PostgreSQL in this process, in a folder or in memory. */
export class PGliteStorage implements Storage {
  readonly kind = 'pglite';
  readonly database: Kysely<Tables>;
  readonly reads: Kysely<Tables>;
  readonly #pglite: PGlite;
  readonly #owner: FolderOwner | undefined;
  readonly #turns: Turns;

  private constructor(pglite: PGlite, owner: FolderOwner | undefined) {
    this.#pglite = pglite;
    this.#owner = owner;
    this.#turns = new Turns();
    this.database = new Kysely({ dialect: new PGliteDialect(pglite, this.#turns) });
    this.reads = this.database;
  }

  /**
   * @param folder made where it is missing; absent for a database in memory
   * @throws {Error} where another process has the folder
   */
  static async open(folder: string | undefined): Promise<PGliteStorage> {
    const startParams = [
      ...PGlite.defaultStartParams,
      ...Object.entries(settings).flatMap(parameter),
    ];
    if (folder === undefined) {
      return new PGliteStorage(await PGlite.create('memory://', { startParams }), undefined);
    }
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const owner = await FolderOwner.take(folder);
    try {
      const cluster = join(folder, 'pgdata');
      await ensureCluster(cluster);
      const pglite = await PGlite.create({
        fs: new SyncedFolder(cluster),
        startParams: startParams.filter((each) => each !== WITHOUT_SYNC),
      });
      return new PGliteStorage(pglite, owner);
    } catch (error) {
      await owner.release();
      throw error;
    }
  }

  async listen(channel: string, { onMessage }: ChannelListener): Promise<() => Promise<void>> {
    const stop = await this.#turns.during(() => this.#pglite.listen(channel, onMessage));
    return () => this.#turns.during(() => stop());
  }

  async notify(channel: string, payload: string): Promise<void> {
    await this.#turns.during(() =>
      this.#pglite.query('select pg_notify($1, $2)', [channel, payload]),
    );
  }

  migrate(): Promise<readonly string[]> {
    return migrateDatabase(this.database);
  }

  async close(): Promise<void> {
    await this.database.destroy();
    await this.#owner?.release();
  }
}
