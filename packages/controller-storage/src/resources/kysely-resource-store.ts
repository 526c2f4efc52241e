import {
  ResourceStoreError,
  type Criterion,
  type ResourceStore,
  type ResourceStoreErrorCode,
  type Row,
  type RowGroup,
  type RowQuery,
} from '@receptorjs/controller-core';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { CriterionSql, UnknownResourceError } from './criterion-sql.js';
import { resourceTables } from './resource-tables.js';

/** The states of SQL that say what a database refuses, and what they mean here. */
const refusals: Readonly<Record<string, ResourceStoreErrorCode>> = {
  '23505': 'unique',
  '23503': 'in-use',
  '23502': 'not-allowed',
  '23514': 'not-allowed',
  '22003': 'not-allowed',
  '22001': 'not-allowed',
  '22021': 'not-allowed',
  '22P02': 'not-allowed',
  '22P05': 'not-allowed',
  '2201B': 'bad-query',
  '57014': 'too-slow',
};

/** What the pool of `pg` says when none of its connections has become free in time; it has no code. */
const NO_CONNECTION = 'timeout exceeded when trying to connect';

/** Rows of resources in a database, by the tables of {@link resourceTables}. */
export class KyselyResourceStore<Schema> implements ResourceStore {
  constructor(private readonly database: Kysely<Schema>) {}

  async list(resource: string, query: RowQuery): Promise<Row[]> {
    const { criterion, order, limit, offset, computed } = query;
    const writer = new CriterionSql(resourceTables);
    const { rows } = await this.#run(
      sql<Row>`select ${selected(writer, resource, computed)} from ${from(writer, resource)}
        where ${writer.condition(resource, 't', criterion)}
        order by ${order.length === 0 ? sql.raw('t.id') : writer.order(resource, 't', order)} limit ${limit} offset ${offset}`,
    );
    return rows.map(plain);
  }

  async count(resource: string, criterion: Criterion): Promise<number> {
    const writer = new CriterionSql(resourceTables);
    const { rows } = await this.#run(
      sql<{ count: unknown }>`select count(*) as count from ${from(writer, resource)}
        where ${writer.condition(resource, 't', criterion)}`,
    );
    return Number(rows[0]?.count ?? 0);
  }

  async countBy(
    resource: string,
    fields: readonly string[],
    criterion: Criterion,
  ): Promise<RowGroup[]> {
    const writer = new CriterionSql(resourceTables);
    const columns = fields.map((field) => writer.field(resource, 't', field));
    const named = columns.map((column, at) => sql`${column} as ${sql.ref(fields[at] ?? '')}`);
    const { rows } = await this.#run(
      sql<Row>`select ${sql.join(named)}, count(*) as "count(*)" from ${from(writer, resource)}
        where ${writer.condition(resource, 't', criterion)} group by ${sql.join(columns)}`,
    );
    return rows.map(({ 'count(*)': count, ...values }) => ({
      values: plain(values),
      count: Number(count),
    }));
  }

  async get(resource: string, id: number): Promise<Row | undefined> {
    const criterion = { kind: 'field', field: 'id', lookup: 'exact', value: id } as const;
    const [row] = await this.list(resource, { criterion, order: [], limit: 1, offset: 0 });
    return row;
  }

  async lock(resource: string, id: number): Promise<Row | undefined> {
    const writer = new CriterionSql(resourceTables);
    // the row is read by a statement of its own, which sees what was waited for
    await this.#run(
      sql`select from ${from(writer, resource)} where ${own(writer, resource, id)} for no key update`,
    );
    return this.get(resource, id);
  }

  async insert(resource: string, values: Row): Promise<number> {
    const { table, only } = new CriterionSql(resourceTables).table(resource);
    const all = [
      ...columnValues(resource, values),
      ...(only === undefined ? [] : [[only.column, only.value] as const]),
    ];
    const { rows } = await this.#run(
      sql<{
        id: unknown;
      }>`insert into ${sql.table(table)} (${sql.join(all.map(([column]) => sql.ref(column)))})
        values (${sql.join(all.map(([, value]) => parameter(value)))}) returning id`,
    );
    return Number(rows[0]?.id);
  }

  async update(resource: string, id: number, values: Row, where?: Criterion): Promise<boolean> {
    const writer = new CriterionSql(resourceTables);
    const { columns } = writer.table(resource);
    const sets = columnValues(resource, values).map(
      ([column, value]) => sql`${sql.ref(column)} = ${parameter(value)}`,
    );
    if (columns['modified'] !== undefined) sets.push(sql`modified = now()`);
    const asked = where === undefined ? sql`true` : writer.condition(resource, 't', where);
    const { rows } = await this.#run(
      sql`update ${from(writer, resource)} set ${sql.join(sets)} where ${own(writer, resource, id)} and ${asked} returning id`,
    );
    return rows.length > 0;
  }

  async delete(resource: string, id: number): Promise<boolean> {
    const writer = new CriterionSql(resourceTables);
    const { rows } = await this.#run(
      sql`delete from ${from(writer, resource)} where ${own(writer, resource, id)} returning id`,
    );
    return rows.length > 0;
  }

  async link(resource: string, id: number, name: string, other: number): Promise<void> {
    const { table, near, far, hasPosition } = between(resource, name);
    const [columns, values] = [
      [sql.ref(near), sql.ref(far)],
      [sql`${id}::bigint`, sql`${other}::bigint`],
    ];
    if (hasPosition) {
      columns.push(sql.ref('position'));
      values.push(
        sql`(select coalesce(max(position) + 1, 0) from ${sql.table(table)} where ${sql.ref(near)} = ${id})`,
      );
    }
    await this.#run(
      sql`insert into ${sql.table(table)} (${sql.join(columns)}) values (${sql.join(values)}) on conflict (${sql.ref(near)}, ${sql.ref(far)}) do nothing`,
    );
  }

  async unlink(resource: string, id: number, name: string, other: number): Promise<void> {
    const { table, near, far } = between(resource, name);
    await this.#run(
      sql`delete from ${sql.table(table)} where ${sql.ref(near)} = ${id} and ${sql.ref(far)} = ${other}`,
    );
  }

  transaction<Result>(work: (store: ResourceStore) => Promise<Result>): Promise<Result> {
    if (this.database.isTransaction) return work(this);
    return this.database
      .transaction()
      .execute((transaction) => work(new KyselyResourceStore(transaction)));
  }

  async #run<Result>(query: RawBuilder<Result>): Promise<{ rows: Result[] }> {
    try {
      return await query.execute(this.database);
    } catch (error) {
      throw refusal(error) ?? error;
    }
  }
}

const from = (writer: CriterionSql, resource: string) =>
  sql`${sql.table(writer.table(resource).table)} as t`;

const own = (writer: CriterionSql, resource: string, id: number) =>
  writer.condition(resource, 't', { kind: 'field', field: 'id', lookup: 'exact', value: id });

function selected(writer: CriterionSql, resource: string, wanted: readonly string[] | undefined) {
  const { columns, computed = {} } = writer.table(resource);
  const names = Object.keys(computed);
  const also = wanted === undefined ? names : names.filter((name) => wanted.includes(name));
  const all = [...Object.keys(columns), ...also].map(
    (field) => sql`${writer.field(resource, 't', field)} as ${sql.ref(field)}`,
  );
  return sql.join(all);
}

function columnValues(resource: string, values: Row): (readonly [string, unknown])[] {
  const columns = resourceTables.get(resource)?.columns ?? {};
  return Object.entries(values).map(([field, value]) => {
    const column = columns[field];
    if (column === undefined)
      throw new UnknownResourceError(`'${resource}' has no stored field '${field}'`);
    return [column, value] as const;
  });
}

/** Lists and objects go into columns of JSON, and nowhere else. */
const parameter = (value: unknown) =>
  typeof value === 'object' && value !== null && !(value instanceof Date)
    ? sql`${JSON.stringify(value)}::text::jsonb`
    : sql`${value}`;

function between(resource: string, name: string) {
  const relation = resourceTables.get(resource)?.relations[name];
  if (relation?.kind !== 'through')
    throw new UnknownResourceError(`'${resource}' has no rows to attach as '${name}'`);
  return relation;
}

/** Drivers differ in how they give whole numbers beyond 32 bits. */
const plain = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? Number(value) : value,
    ]),
  );

function refusal(error: unknown): ResourceStoreError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message === NO_CONNECTION)
    return new ResourceStoreError('busy', error.message, { cause: error });
  if (!('code' in error)) return undefined;
  const code = refusals[String(error.code)];
  return code && new ResourceStoreError(code, error.message, { cause: error });
}
