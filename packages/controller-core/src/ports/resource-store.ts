/** How a field is compared; named as in AWX's filters. */
export const lookups = [
  'exact',
  'iexact',
  'contains',
  'icontains',
  'startswith',
  'istartswith',
  'endswith',
  'iendswith',
  'regex',
  'iregex',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'isnull',
] as const;
export type Lookup = (typeof lookups)[number];

/** What a field is compared with. */
export type Comparand = string | number | boolean | Date;

/**
 * Which rows of a resource are meant:
 *
 * - `all`, `any`, `not`: of other criteria; `all` of none is every row
 * - `field`: a field compares with a value; with a list for `in`, with true or false for `isnull`
 * - `related`: there is a row behind the relation which meets a criterion
 * - `linked`: the row is one of those behind the relation of a row of another resource
 */
export type Criterion =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion }
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly lookup: Lookup;
      readonly value: Comparand | readonly Comparand[];
    }
  | { readonly kind: 'related'; readonly relation: string; readonly of: Criterion }
  | {
      readonly kind: 'linked';
      readonly from: string;
      readonly relation: string;
      readonly id: number;
    };

/** One key of an order; the path leads over relations to one row, its last step is a field. */
export interface OrderKey {
  readonly path: readonly string[];
  readonly isDescending: boolean;
}

/** A page of rows. */
export interface RowQuery {
  readonly criterion: Criterion;
  readonly order: readonly OrderKey[];
  readonly limit: number;
  readonly offset: number;
  /** Which of the fields that are computed from other rows are wanted; each costs a look at those. Default: all of them. */
  readonly computed?: readonly string[] | undefined;
}

/** How many rows have the same values of some fields. */
export interface RowGroup {
  readonly values: Row;
  readonly count: number;
}

/** A row by the names of its fields; references are ids. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Rows of resources, each by the name of the resource (`job_templates`) and of its fields. What is here for everything is asked by
 * clients that know names alone; what the controller itself does has ports of its own.
 */
export interface ResourceStore {
  list(resource: string, query: RowQuery): Promise<readonly Row[]>;
  count(resource: string, criterion: Criterion): Promise<number>;
  /** How many rows there are of each combination of values of some fields; those that there are none of are left out. */
  countBy(
    resource: string,
    fields: readonly string[],
    criterion: Criterion,
  ): Promise<readonly RowGroup[]>;
  get(resource: string, id: number): Promise<Row | undefined>;
  /** As {@link ResourceStore.get}, and nobody else changes the row until the transaction has ended; such a change under way is waited for. */
  lock(resource: string, id: number): Promise<Row | undefined>;
  /** @returns the id of the new row */
  insert(resource: string, values: Row): Promise<number>;
  /**
   * @param where what the row must meet when it is changed
   * @returns whether there was such a row
   */
  update(resource: string, id: number, values: Row, where?: Criterion): Promise<boolean>;
  /** @returns whether there was such a row */
  delete(resource: string, id: number): Promise<boolean>;
  /** Puts a row behind a relation of another; one that is there already stays. */
  link(resource: string, id: number, relation: string, other: number): Promise<void>;
  unlink(resource: string, id: number, relation: string, other: number): Promise<void>;
  /** All that `work` does through the store it is given is done, or nothing of it. */
  transaction<Result>(work: (store: ResourceStore) => Promise<Result>): Promise<Result>;
}

/**
 * Why a store refuses something:
 *
 * - `unique`: another row has the same values
 * - `in-use`: other rows refer to the row, or it refers to one that is not there
 * - `not-allowed`: a value that its column does not take
 * - `bad-query`: a pattern that the database does not understand
 * - `too-slow`: it was not done within the time that the database gives it
 * - `busy`: no connection to the database became free in time
 */
export type ResourceStoreErrorCode =
  'unique' | 'in-use' | 'not-allowed' | 'bad-query' | 'too-slow' | 'busy';

/** A store that refuses something. Recognize it by `code`. */
export class ResourceStoreError extends Error {
  override readonly name = 'ResourceStoreError';

  constructor(
    readonly code: ResourceStoreErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
