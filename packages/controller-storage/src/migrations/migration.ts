/** One step of the schema, up only. It runs once, in a transaction. */
export interface SchemaMigration {
  /** Sorts after those before it; never changes once released. */
  readonly name: string;
  /** SQL that PostgreSQL and PGlite both take, one statement each. */
  readonly statements: readonly string[];
}
