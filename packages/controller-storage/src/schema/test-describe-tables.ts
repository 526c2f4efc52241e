import { sql, type Kysely } from 'kysely';
import { jsonShapes } from './test-json-shapes.js';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly defaulted: boolean;
  readonly computed: boolean;
}

const scalars: Readonly<Record<string, string>> = {
  bigint: 'number',
  integer: 'number',
  smallint: 'number',
  'double precision': 'number',
  text: 'string',
  uuid: 'string',
  boolean: 'boolean',
  'timestamp with time zone': 'Date',
};

const head = `// Written by tables.test.ts from what the migrations make: vitest -u writes it anew.
import type { Generated } from 'kysely';
import type { Computed, Decimal, DefaultedJson, Json, JsonColumn, NullableJson } from './columns.js';
`;

/** Writes the types of the tables that a database has, as `tables.ts` has them. */
export async function describeTables(database: Kysely<unknown>): Promise<string> {
  const columns = await columnsOf(database);
  const choices = await choicesOf(database);
  const tables = [...new Set(columns.map(({ table }) => table))];
  const interfaces = tables.map((table) => {
    const lines = columns
      .filter((column) => column.table === table)
      .map((column) => field(column, choices.get(`${table}.${column.column}`)));
    return `export interface ${pascal(table)}Table {\n${lines.join('')}}\n`;
  });
  const list = tables.map((table) => `  ${table}: ${pascal(table)}Table;\n`);
  return `${head}\n${interfaces.join('\n')}\n/** All tables, by their names. */\nexport interface Tables {\n${list.join('')}}\n`;
}

async function columnsOf(database: Kysely<unknown>): Promise<readonly Column[]> {
  const { rows } = await sql<Column>`
    select c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
      not a.attnotnull as nullable, a.attidentity <> '' or (a.atthasdef and a.attgenerated = '') as defaulted,
      a.attgenerated <> '' as computed
    from pg_attribute a join pg_class c on c.oid = a.attrelid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like 'kysely%'
      and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`.execute(database);
  return rows;
}

/** What columns of text may be, where a check lists it. */
async function choicesOf(database: Kysely<unknown>): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ column: string; definition: string }>`
    select c.relname || '.' || a.attname as column, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class c on c.oid = k.conrelid
      join pg_attribute a on a.attrelid = c.oid and k.conkey = array[a.attnum]
    where k.contype = 'c' and c.relnamespace = 'public'::regnamespace`.execute(database);
  const choices = new Map<string, string>();
  for (const { column, definition } of rows) {
    const values = [...definition.matchAll(/'([^']*)'::text/g)].map(([, value = '']) => value);
    if (values.length > 0) choices.set(column, values.map((value) => `'${value}'`).join(' | '));
  }
  return choices;
}

function field({ table, column, type, nullable, defaulted, computed }: Column, choice?: string) {
  return `  ${column}: ${typeOf()};\n`;

  function typeOf(): string {
    if (type === 'jsonb') {
      const shape = jsonShapes[`${table}.${column}`] ?? '{ readonly [key: string]: Json }';
      if (nullable) return `NullableJson<${shape}>`;
      return defaulted ? `DefaultedJson<${shape}>` : `JsonColumn<${shape}>`;
    }
    if (type === 'numeric') return 'Decimal';
    const scalar = choice ?? scalars[type];
    if (scalar === undefined)
      throw new Error(`${table}.${column} is of ${type}, which has no type here`);
    const value = nullable ? `${scalar} | null` : scalar;
    if (computed) return `Computed<${value}>`;
    return defaulted ? `Generated<${value}>` : value;
  }
}

/** `job_events` to `JobEvents`. */
const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)([a-z])/g, (_whole, letter: string) => letter.toUpperCase());
