/** How rows of a resource lead to rows of another. Keys of other tables are their `id` unless it says otherwise. */
export type Relation =
  /** A column of this table refers to one row there. */
  | { readonly kind: 'one'; readonly to: string; readonly column: string }
  /** A column there refers to a row of this table, by its `id` or another column. */
  | { readonly kind: 'many'; readonly to: string; readonly column: string; readonly by?: string }
  /** Rows of a table between the two refer to both; with a position where the order counts. */
  | {
      readonly kind: 'through';
      readonly to: string;
      readonly table: string;
      readonly near: string;
      readonly far: string;
      readonly hasPosition?: boolean;
    };

/** Where rows of a resource are: its fields as columns of a table, or as SQL over its alias `t`. */
export interface ResourceTable {
  readonly table: string;
  /** A column whose value says that a row is of this resource. */
  readonly only?: { readonly column: string; readonly value: string };
  readonly columns: Readonly<Record<string, string>>;
  readonly computed?: Readonly<Record<string, string>>;
  readonly relations: Readonly<Record<string, Relation>>;
}

/** Columns that have the names of their fields. */
export const named = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, name]));

/** Columns and relations of references: `organization` is `organization_id`. */
export function references(to: Readonly<Record<string, string>>): {
  columns: Record<string, string>;
  relations: Record<string, Relation>;
} {
  const columns: Record<string, string> = {};
  const relations: Record<string, Relation> = {};
  for (const [name, resource] of Object.entries(to)) {
    const column = `${name}_id`;
    columns[name] = column;
    relations[name] = { kind: 'one', to: resource, column };
  }
  return { columns, relations };
}

/** Who made a row and who changed it last. */
export const authors = { created_by: 'users', modified_by: 'users' };
/** Columns of what people name. */
export const common = ['id', 'name', 'description', 'created', 'modified'] as const;
