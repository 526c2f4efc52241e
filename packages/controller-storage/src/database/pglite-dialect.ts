import type { PGlite } from '@electric-sql/pglite';
import {
  CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { Turns } from './turns.js';

/** Kysely over PGlite, which is PostgreSQL in this process with one connection. */
export class PGliteDialect implements Dialect {
  readonly #driver: PGliteDriver;

  /**
   * @param turns who may use the connection, for those who use it beside Kysely
   * @param check throws where the database may not be asked any more
   */
  constructor(database: PGlite, turns: Turns, check: () => void) {
    this.#driver = new PGliteDriver(database, turns, check);
  }

  createDriver(): Driver {
    return this.#driver;
  }

  createQueryCompiler(): PostgresQueryCompiler {
    return new PostgresQueryCompiler();
  }

  createAdapter(): PostgresAdapter {
    return new PostgresAdapter();
  }

  createIntrospector(database: Kysely<unknown>): PostgresIntrospector {
    return new PostgresIntrospector(database);
  }
}

/** Gives the one connection to one after the other: to whoever runs a transaction for as long as it takes. */
class PGliteDriver implements Driver {
  readonly #database: PGlite;
  readonly #connection: PGliteConnection;
  readonly #turns: Turns;

  constructor(database: PGlite, turns: Turns, check: () => void) {
    this.#database = database;
    this.#connection = new PGliteConnection(database, check);
    this.#turns = turns;
  }

  async init(): Promise<void> {
    await this.#database.waitReady;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#turns.take();
    return this.#connection;
  }

  releaseConnection(): Promise<void> {
    this.#turns.give();
    return Promise.resolve();
  }

  async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const level = isolationLevel ? ` isolation level ${isolationLevel}` : '';
    await connection.executeQuery(CompiledQuery.raw(`begin${level} ${accessMode ?? ''}`));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }

  async destroy(): Promise<void> {
    await this.#turns.take();
    await this.#database.close();
  }
}

class PGliteConnection implements DatabaseConnection {
  readonly #database: PGlite;

  constructor(
    database: PGlite,
    private readonly check: () => void,
  ) {
    this.#database = database;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    this.check();
    const { rows, affectedRows = 0 } = await this.#database.query<Row>(sql, [...parameters]);
    // PGlite takes what its files throw for no matter
    this.check();
    return { rows, numAffectedRows: BigInt(affectedRows) };
  }

  // eslint-disable-next-line require-yield -- PGlite has no cursors outside of SQL
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    await Promise.reject(new Error('PGlite has no streams of rows; ask for pages'));
  }
}
