import { PGlite } from '@electric-sql/pglite';
import { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.js';
import { migrateDatabase } from './migrate.js';
import { PGliteDialect } from './pglite-dialect.js';
import type { ChannelListener, Storage } from './storage.js';
import { Turns } from './turns.js';

/** The default takes 128 MiB of memory; below it the operating system caches the files once more. */
const settings = { shared_buffers: '8MB' };
const parameter = ([name, value]: [string, string]): readonly string[] => [
  '-c',
  `${name}=${value}`,
];

/** PostgreSQL in this process, in a folder or in memory. */
export class PGliteStorage implements Storage {
  readonly kind = 'pglite';
  readonly database: Kysely<Tables>;
  readonly #pglite: PGlite;
  readonly #turns: Turns;

  /** @param pglite open, and used by nobody else */
  constructor(pglite: PGlite) {
    this.#pglite = pglite;
    this.#turns = new Turns();
    this.database = new Kysely({ dialect: new PGliteDialect(pglite, this.#turns) });
  }

  static async open(folder: string | undefined): Promise<PGliteStorage> {
    const startParams = [
      ...PGlite.defaultStartParams,
      ...Object.entries(settings).flatMap(parameter),
    ];
    return new PGliteStorage(await PGlite.create(folder ?? 'memory://', { startParams }));
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

  close(): Promise<void> {
    return this.database.destroy();
  }
}
