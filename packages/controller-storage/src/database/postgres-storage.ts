import { Kysely, PostgresDialect, sql } from 'kysely';
import { Pool, types, type ClientConfig, type CustomTypesConfig, type PoolConfig } from 'pg';
import type { Tables } from '../schema/tables.js';
import { migrateDatabase } from './migrate.js';
import { PostgresListener } from './postgres-listener.js';
import type { ChannelListener, Storage, StorageConfiguration } from './storage.js';

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const DEFAULT_CONNECTIONS = 10;
const READ_TIMEOUT_MS = 5000;
const READ_CONNECTIONS = 4;

/** A PostgreSQL server. */
export class PostgresStorage implements Storage {
  readonly kind = 'postgres';
  readonly database: Kysely<Tables>;
  readonly reads: Kysely<Tables>;
  readonly #listener: PostgresListener;

  private constructor(connection: ClientConfig, maxConnections: number, readTimeoutMs: number) {
    this.database = pooled({ ...connection, max: maxConnections });
    this.reads = pooled({
      ...connection,
      max: READ_CONNECTIONS,
      statement_timeout: readTimeoutMs,
    });
    this.#listener = new PostgresListener(connection);
  }

  /** @throws {Error} where no connection can be made */
  static async open({
    url,
    maxConnections = DEFAULT_CONNECTIONS,
    readTimeoutMs = READ_TIMEOUT_MS,
  }: Extract<StorageConfiguration, { kind: 'postgres' }>): Promise<PostgresStorage> {
    const storage = new PostgresStorage(
      {
        connectionString: url,
        application_name: 'receptorjs-controller',
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        statement_timeout: STATEMENT_TIMEOUT_MS,
        idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
        keepAlive: true,
        types: { getTypeParser },
      },
      maxConnections,
      readTimeoutMs,
    );
    try {
      await sql`select 1`.execute(storage.database);
    } catch (error) {
      await storage.close();
      throw error;
    }
    return storage;
  }

  listen(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    return this.#listener.listen(channel, listener);
  }

  async notify(channel: string, payload: string): Promise<void> {
    await sql`select pg_notify(${channel}, ${payload})`.execute(this.database);
  }

  migrate(): Promise<readonly string[]> {
    return migrateDatabase(this.database);
  }

  async close(): Promise<void> {
    await this.#listener.close();
    await this.reads.destroy();
    await this.database.destroy();
  }
}

function pooled(configuration: PoolConfig): Kysely<Tables> {
  const pool = new Pool(configuration);
  // a connection that is lost while nobody uses it is replaced when somebody does
  pool.on('error', () => undefined);
  // one that is lost between two statements of a transaction fails the next of them; nobody else hears of it, and it would end the process
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely({ dialect: new PostgresDialect({ pool }) });
}

/** As PGlite reads them: 64-bit integers as numbers. Ids and counts stay below 2^53. */
const getTypeParser: CustomTypesConfig['getTypeParser'] = (id, format) =>
  id === types.builtins.INT8 && format !== 'binary'
    ? wholeNumber
    : (types.getTypeParser(id, format) as (text: string) => unknown);

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`the database has ${text} where a whole number below 2^53 is allowed`);
}
