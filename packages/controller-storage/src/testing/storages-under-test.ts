import { PGlite } from '@electric-sql/pglite';
import { sql } from 'kysely';
import {
  skipsWithoutPostgres,
  startPostgres,
  type TestPostgres,
} from '@receptorjs/tooling-test-postgres';
import { openStorage } from '../database/open-storage.js';
import { PGliteStorage } from '../database/pglite-storage.js';
import type { Storage, StorageConfiguration } from '../database/storage.js';

/** A kind of database that a test runs on. */
export interface StorageUnderTest {
  readonly kind: StorageConfiguration['kind'];
  /** Whether it can't be had here; the console says why. */
  readonly isMissing: boolean;
  /** To be called before the first {@link open}: starts the server. */
  start(): Promise<void>;
  /** A new database, empty unless `migrated` (default) gives it the schema. Closed and removed by {@link stop} at the latest. */
  open(options?: { readonly migrated?: boolean }): Promise<Storage>;
  /** Another connection to the database that was opened last, as of another process; PGlite allows none and returns the same. */
  openAgain(): Promise<Storage>;
  /** The server; nothing for PGlite. */
  readonly server: TestPostgres | undefined;
  stop(): Promise<void>;
}

/** Both kinds, for `describe.each`. */
export function storagesUnderTest(): readonly StorageUnderTest[] {
  return [new PGliteUnderTest(), new PostgresUnderTest()];
}

class PGliteUnderTest implements StorageUnderTest {
  readonly kind = 'pglite';
  readonly isMissing = false;
  readonly server = undefined;
  #open: Storage[] = [];
  /** A database with the schema: to copy it takes a fraction of the time that it takes to make one. */
  #migrated: Promise<Blob | File> | undefined;

  start(): Promise<void> {
    return Promise.resolve();
  }

  async open({ migrated = true } = {}): Promise<Storage> {
    const pglite = migrated
      ? await PGlite.create({ loadDataDir: await (this.#migrated ??= migratedFolder()) })
      : await PGlite.create();
    const storage = new PGliteStorage(pglite);
    this.#open.push(storage);
    return storage;
  }

  openAgain(): Promise<Storage> {
    const last = this.#open.at(-1);
    return last ? Promise.resolve(last) : Promise.reject(new Error('no database is open'));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#open.map((storage) => storage.close()));
    this.#open = [];
  }
}

async function migratedFolder(): Promise<Blob | File> {
  const pglite = await PGlite.create();
  const storage = new PGliteStorage(pglite);
  await storage.migrate();
  const folder = await pglite.dumpDataDir('none');
  await storage.close();
  return folder;
}

class PostgresUnderTest implements StorageUnderTest {
  readonly kind = 'postgres';
  readonly isMissing = skipsWithoutPostgres();
  #server: TestPostgres | undefined;
  #open: Storage[] = [];
  #databases = 0;

  get server(): TestPostgres | undefined {
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await startPostgres({ settings: { max_connections: '200' } });
  }

  async open({ migrated = true } = {}): Promise<Storage> {
    this.#databases += 1;
    const admin = await openStorage({ kind: 'postgres', url: this.#url(), maxConnections: 1 });
    try {
      await sql.raw(`create database ${this.#name()}`).execute(admin.database);
    } finally {
      await admin.close();
    }
    const storage = await this.openAgain();
    if (migrated) await storage.migrate();
    return storage;
  }

  async openAgain(): Promise<Storage> {
    const storage = await openStorage({ kind: 'postgres', url: this.#url(this.#name()) });
    this.#open.push(storage);
    return storage;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#open.map((storage) => storage.close()));
    this.#open = [];
    await this.#server?.stop();
    this.#server = undefined;
  }

  #name(): string {
    return `test_${this.#databases}`;
  }

  #url(database?: string): string {
    if (this.#server) return this.#server.url(database);
    throw new Error('the server was not started');
  }
}
