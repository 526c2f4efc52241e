import type { Criterion, ResourceStore, Row } from '@receptorjs/controller-core';
import { may } from '../permissions/permission-table.js';
import type { CurrentUser } from '../permissions/roles.js';
import type { Field } from './fields.js';
import type { Resource, Resources } from './resource.js';

export const API = '/api/v2';
/** Who made a row and who changed it last; every row that has them stored. */
const authors = ['created_by', 'modified_by'] as const;

type Summaries = ReadonlyMap<string, ReadonlyMap<number, Row>>;

/** Makes answers of rows: computed fields, addresses, what is referred to in short. */
export class Presenter {
  constructor(
    private readonly resources: Resources,
    private readonly store: ResourceStore,
  ) {}

  /** The address of a row. */
  url(resource: string, id: number): string {
    return `${API}/${resource}/${id}/`;
  }

  async one(resource: Resource, row: Row, user: CurrentUser): Promise<Record<string, unknown>> {
    const summaries = await this.#summaries(resource, [row]);
    return this.#answer(resource, row, user, summaries, false);
  }

  async list(
    resource: Resource,
    rows: readonly Row[],
    user: CurrentUser,
  ): Promise<Record<string, unknown>[]> {
    const summaries = await this.#summaries(resource, rows);
    return rows.map((row) => this.#answer(resource, row, user, summaries, true));
  }

  #answer(
    resource: Resource,
    row: Row,
    user: CurrentUser,
    summaries: Summaries,
    isList: boolean,
  ): Record<string, unknown> {
    const id = Number(row['id']);
    // a list of everything that runs answers each row as what it is
    const type = typeof row['type'] === 'string' ? row['type'] : resource.type;
    const own = type === resource.type ? resource : (this.#ofType(type) ?? resource);
    const shown = resource.present?.(row) ?? row;
    const short = this.#summaryFields(resource, row, user, summaries);
    const values = Object.entries(resource.fields)
      .filter(([, { isWriteOnly, isDetail }]) => !isWriteOnly && !(isList && isDetail))
      .map(([name, field]): [string, unknown] => [name, formatted(field, shown[name])]);
    const body = Object.fromEntries(values);
    if (resource.fields['launched_by']) body['launched_by'] = this.#launchedBy(short['created_by']);
    return {
      ...body,
      id,
      type,
      url: this.url(own.path, id),
      related: this.#related(own, resource, row),
      summary_fields: short,
    };
  }

  #related(own: Resource, resource: Resource, row: Row): Record<string, string> {
    const base = this.url(own.path, Number(row['id']));
    const names = [...Object.keys(own.lists ?? {}), ...Object.keys(own.own ?? {})];
    const related = Object.fromEntries(names.map((name) => [name, `${base}${name}/`]));
    for (const [name, { to }] of [...references(resource)]) {
      const id = row[name];
      if (typeof id === 'number') related[name] = this.url(to, id);
    }
    return related;
  }

  #summaryFields(
    resource: Resource,
    row: Row,
    user: CurrentUser,
    summaries: Summaries,
  ): Record<string, unknown> {
    const short: Record<string, unknown> = {};
    for (const [name, { to }] of references(resource)) {
      const id = row[name];
      const found = typeof id === 'number' ? summaries.get(to)?.get(id) : undefined;
      const target = this.resources.get(to);
      if (found !== undefined && target !== undefined) short[name] = summaryOf(target, found);
    }
    const { path, can } = resource;
    short['user_capabilities'] = {
      edit: can.change && may(user, path, 'change'),
      delete: can.delete && may(user, path, 'delete'),
      start: may(user, path, 'start'),
      copy: false,
    };
    return short;
  }

  #launchedBy(user: unknown): Record<string, unknown> {
    if (user === undefined) return {};
    const { id, username } = user as { id: number; username: string };
    return { id, name: username, type: 'user', url: this.url('users', id) };
  }

  async #summaries(resource: Resource, rows: readonly Row[]): Promise<Summaries> {
    const wanted = new Map<string, Set<number>>();
    for (const [name, { to }] of references(resource)) {
      for (const row of rows) {
        const id = row[name];
        if (typeof id !== 'number') continue;
        const ids = wanted.get(to) ?? new Set();
        wanted.set(to, ids.add(id));
      }
    }
    const found = [...wanted].map(async ([to, ids]) => {
      const value = [...ids];
      const criterion: Criterion = { kind: 'field', field: 'id', lookup: 'in', value };
      const computed = this.resources.get(to)?.summary ?? [];
      const query = { criterion, order: [], limit: value.length, offset: 0, computed };
      const others = await this.store.list(to, query);
      return [to, new Map(others.map((other) => [Number(other['id']), other]))] as const;
    });
    return new Map(await Promise.all(found));
  }

  #ofType(type: string): Resource | undefined {
    return [...this.resources.values()].find((resource) => resource.type === type);
  }
}

function* references({ fields }: Resource): Generator<[string, { to: string }]> {
  for (const [name, { to }] of Object.entries(fields)) if (to !== undefined) yield [name, { to }];
  for (const name of authors) yield [name, { to: 'users' }];
}

function summaryOf(resource: Resource, row: Row): Record<string, unknown> {
  const shown = resource.present?.(row) ?? row;
  const names = ['id', 'name', 'description', ...(resource.summary ?? [])];
  return Object.fromEntries(
    names
      .filter((name) => resource.fields[name] !== undefined && shown[name] !== undefined)
      .map((name) => [name, formatted(resource.fields[name], shown[name])]),
  );
}

/** A value of the store as it is answered. */
function formatted(field: Field | undefined, value: unknown): unknown {
  if (value === undefined) return field?.initial ?? null;
  if (value instanceof Date) return value.toISOString();
  if (value === null) return null;
  switch (field?.type) {
    case 'decimal':
      return typeof value === 'number' ? String(value) : value;
    case 'float':
    case 'integer':
      return Number(value);
    default:
      return value;
  }
}
