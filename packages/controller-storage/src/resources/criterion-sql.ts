import type { Comparand, Criterion, Lookup, OrderKey } from '@receptorjs/controller-core';
import { sql, type RawBuilder } from 'kysely';
import type { Relation, ResourceTable } from './resource-table.js';

type Condition = RawBuilder<unknown>;
/** Where the rows of each resource are. */
export type ResourceTables = ReadonlyMap<string, ResourceTable>;

/** A resource that is unknown, or a field or relation of it: whoever asks has checked what it asks for. */
export class UnknownResourceError extends Error {
  override readonly name = 'UnknownResourceError';
}

/** Writes criteria and orders as SQL. It alone writes its field: how many aliases are taken. */
export class CriterionSql {
  #aliases = 0;

  constructor(readonly tables: ResourceTables) {}

  table(resource: string): ResourceTable {
    const table = this.tables.get(resource);
    if (table === undefined) throw new UnknownResourceError(`no resource '${resource}' is stored`);
    return table;
  }

  /** Rows of a resource under an alias, those that belong to it alone. */
  condition(resource: string, alias: string, criterion: Criterion): Condition {
    const { only } = this.table(resource);
    const asked = this.#criterion(resource, alias, criterion);
    return only === undefined
      ? asked
      : sql`${sql.ref(`${alias}.${only.column}`)} = ${only.value} and ${asked}`;
  }

  /** A field of a row under an alias. */
  field(resource: string, alias: string, field: string): Condition {
    const { columns, computed } = this.table(resource);
    const column = columns[field];
    if (column !== undefined) return sql.ref(`${alias}.${column}`);
    const expression = computed?.[field];
    if (expression === undefined)
      throw new UnknownResourceError(`'${resource}' has no stored field '${field}'`);
    return sql.raw(expression.replaceAll(/\bt\./g, `${alias}.`));
  }

  order(resource: string, alias: string, keys: readonly OrderKey[]): Condition {
    const all = keys.map(({ path, isDescending }) => {
      const key = this.#orderKey(resource, alias, path);
      return isDescending ? sql`${key} desc` : sql`${key} asc`;
    });
    return sql.join(all);
  }

  #orderKey(resource: string, alias: string, path: readonly string[]): Condition {
    const [step = 'id', ...rest] = path;
    if (rest.length === 0) return this.field(resource, alias, step);
    const relation = this.#relation(resource, step);
    if (relation.kind !== 'one')
      throw new UnknownResourceError(`'${resource}' has more than one '${step}'`);
    const inner = this.#alias();
    const key = this.#orderKey(relation.to, inner, rest);
    const { table } = this.table(relation.to);
    return sql`(select ${key} from ${sql.table(table)} as ${sql.ref(inner)} where ${sql.ref(`${inner}.id`)} = ${sql.ref(`${alias}.${relation.column}`)})`;
  }

  #criterion(resource: string, alias: string, criterion: Criterion): Condition {
    switch (criterion.kind) {
      case 'all':
      case 'any': {
        if (criterion.of.length === 0) return sql.raw(criterion.kind === 'all' ? 'true' : 'false');
        const all = criterion.of.map((one) => this.#criterion(resource, alias, one));
        return sql`(${sql.join(all, sql.raw(criterion.kind === 'all' ? ' and ' : ' or '))})`;
      }
      case 'not':
        // as with the original, what is null is not equal to anything
        return sql`(${this.#criterion(resource, alias, criterion.of)}) is not true`;
      case 'field': {
        const field = this.field(resource, alias, criterion.field);
        return comparison(field, criterion.lookup, criterion.value);
      }
      case 'related':
        return this.#behind(resource, alias, criterion.relation, criterion.of);
      case 'linked': {
        const relation = this.#relation(criterion.from, criterion.relation);
        return this.#linked(criterion.from, alias, relation, criterion.id);
      }
    }
  }

  #relation(resource: string, name: string): Relation {
    const relation = this.table(resource).relations[name];
    if (relation === undefined)
      throw new UnknownResourceError(`'${resource}' has no stored relation '${name}'`);
    return relation;
  }

  #behind(resource: string, alias: string, name: string, of: Criterion): Condition {
    const relation = this.#relation(resource, name);
    const inner = this.#alias();
    const { table } = this.table(relation.to);
    const asked = this.condition(relation.to, inner, of);
    const rows = sql`select 1 from ${sql.table(table)} as ${sql.ref(inner)}`;
    switch (relation.kind) {
      case 'one':
        return sql`exists (${rows} where ${sql.ref(`${inner}.id`)} = ${sql.ref(`${alias}.${relation.column}`)} and ${asked})`;
      case 'many':
        return sql`exists (${rows} where ${sql.ref(`${inner}.${relation.column}`)} = ${sql.ref(`${alias}.${relation.by ?? 'id'}`)} and ${asked})`;
      case 'through': {
        const between = this.#alias();
        return sql`exists (${rows} join ${sql.table(relation.table)} as ${sql.ref(between)}
          on ${sql.ref(`${between}.${relation.far}`)} = ${sql.ref(`${inner}.id`)}
          where ${sql.ref(`${between}.${relation.near}`)} = ${sql.ref(`${alias}.id`)} and ${asked})`;
      }
    }
  }

  /** Rows under the alias that are behind the relation of a row of another resource. */
  #linked(from: string, alias: string, relation: Relation, id: number): Condition {
    const { table } = this.table(from);
    switch (relation.kind) {
      case 'one':
        return sql`${sql.ref(`${alias}.id`)} = (select ${sql.ref(relation.column)} from ${sql.table(table)} where id = ${id})`;
      case 'many':
        return sql`${sql.ref(`${alias}.${relation.column}`)} = (select ${sql.ref(relation.by ?? 'id')} from ${sql.table(table)} where id = ${id})`;
      case 'through':
        return sql`${sql.ref(`${alias}.id`)} in (select ${sql.ref(relation.far)} from ${sql.table(relation.table)} where ${sql.ref(relation.near)} = ${id})`;
    }
  }

  #alias(): string {
    this.#aliases += 1;
    return `r${this.#aliases}`;
  }
}

const like = (value: string): string => value.replaceAll(/[\\%_]/g, '\\$&');

function comparison(
  field: Condition,
  lookup: Lookup,
  value: Comparand | readonly Comparand[],
): Condition {
  if (lookup === 'isnull')
    return value === true ? sql`${field} is null` : sql`${field} is not null`;
  if (Array.isArray(value)) {
    const values: readonly Comparand[] = value;
    return values.length === 0 ? sql.raw('false') : sql`${field} in (${sql.join(values)})`;
  }
  const text = String(value);
  switch (lookup) {
    case 'exact':
    case 'in':
      return sql`${field} = ${value}`;
    case 'gt':
      return sql`${field} > ${value}`;
    case 'gte':
      return sql`${field} >= ${value}`;
    case 'lt':
      return sql`${field} < ${value}`;
    case 'lte':
      return sql`${field} <= ${value}`;
    case 'iexact':
      return sql`lower(${field}::text) = lower(${text})`;
    case 'contains':
      return sql`${field}::text like ${`%${like(text)}%`}`;
    case 'icontains':
      return sql`${field}::text ilike ${`%${like(text)}%`}`;
    case 'startswith':
      return sql`${field}::text like ${`${like(text)}%`}`;
    case 'istartswith':
      return sql`${field}::text ilike ${`${like(text)}%`}`;
    case 'endswith':
      return sql`${field}::text like ${`%${like(text)}`}`;
    case 'iendswith':
      return sql`${field}::text ilike ${`%${like(text)}`}`;
    case 'regex':
      return sql`${field}::text ~ ${text}`;
    case 'iregex':
      return sql`${field}::text ~* ${text}`;
  }
}
