import {
  skipsWithoutPostgres,
  startPostgres,
  type TestPostgres,
} from '@receptorjs/tooling-test-postgres';
import { sql } from 'kysely';
import { openStorage } from '../database/open-storage.js';
import type { Storage, StorageConfiguration } from '../database/storage.js';

/** A kind of database that a test runs on. */
export interface StorageUnderTest {
  readonly kind: StorageConfiguration['kind'];
  /** Whether it can't be had here; the console says why. */
  readonly isMissing: boolean;
  /** The server; nothing for PGlite. */
  readonly server: TestPostgres | undefined;
  /** Makes a database with the schema; to be called before the others, with half a minute and more to spare. Does nothing where it is missing. */
  start(): Promise<void>;
  /** That database, with nothing in it and all ids from 1 on. */
  empty(): Promise<Storage>;
  /**
   * Another connection to a database, as of another process; PGlite allows none and gives the same. Closed by {@link stop}.
   *
   * @param storage default: the one of {@link empty}
   */
  again(storage?: Storage): Promise<Storage>;
  /** A new database without a schema, closed by {@link stop}. */
  create(): Promise<Storage>;
  /** Closes and removes everything. */
  stop(): Promise<void>;
}

/** Both kinds, for `describe.each`. */
export function storagesUnderTest(): readonly StorageUnderTest[] {
  return [new PGliteUnderTest(), new PostgresUnderTest()];
}

abstract class UnderTest {
  protected readonly opened: Storage[] = [];
  protected shared: Storage | undefined;

  abstract create(): Promise<Storage>;

  async empty(): Promise<Storage> {
    if (this.shared === undefined) throw new Error('call start() first');
    const { database } = this.shared;
    const { rows } = await sql<{ name: string }>`
      select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
    `.execute(database);
    const tables = rows.map(({ name }) => name).join(', ');
    await sql.raw(`truncate ${tables} restart identity`).execute(database);
    await sql`alter sequence unified_job_templates_id_seq restart`.execute(database);
    return this.shared;
  }

  protected async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((storage) => storage.close()));
    this.shared = undefined;
  }

  protected async share(): Promise<void> {
    this.shared = await this.create();
    await this.shared.migrate();
  }
}

class PGliteUnderTest extends UnderTest implements StorageUnderTest {
  readonly kind = 'pglite';
  readonly isMissing = false;
  readonly server = undefined;

  start(): Promise<void> {
    return this.share();
  }

  async create(): Promise<Storage> {
    const storage = await openStorage({ kind: 'pglite' });
    this.opened.push(storage);
    return storage;
  }

  again(storage = this.shared): Promise<Storage> {
    return storage ? Promise.resolve(storage) : this.create();
  }

  stop(): Promise<void> {
    return this.close();
  }
}

class PostgresUnderTest extends UnderTest implements StorageUnderTest {
  readonly kind = 'postgres';
  readonly isMissing = skipsWithoutPostgres();
  #server: TestPostgres | undefined;
  #databases = 0;
  readonly #names = new Map<Storage | undefined, string>();

  get server(): TestPostgres | undefined {
    return this.#server;
  }

  async start(): Promise<void> {
    if (this.isMissing) return;
    this.#server = await startPostgres({ settings: { max_connections: '200' } });
    await this.share();
  }

  async create(): Promise<Storage> {
    const name = `test_${this.#databases}`;
    this.#databases += 1;
    const admin = await openStorage({ kind: 'postgres', url: this.#url(), maxConnections: 1 });
    try {
      await sql.raw(`create database ${name}`).execute(admin.database);
    } finally {
      await admin.close();
    }
    return this.#open(name);
  }

  again(storage = this.shared): Promise<Storage> {
    return this.#open(this.#names.get(storage) ?? 'test_0');
  }

  async #open(name: string): Promise<Storage> {
    const storage = await openStorage({ kind: 'postgres', url: this.#url(name) });
    this.opened.push(storage);
    this.#names.set(storage, name);
    return storage;
  }

  async stop(): Promise<void> {
    await this.close();
    await this.#server?.stop();
    this.#server = undefined;
  }

  #url(database?: string): string {
    if (this.#server) return this.#server.url(database);
    throw new Error('call start() first');
  }
}
