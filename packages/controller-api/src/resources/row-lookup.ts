import type { Criterion, ResourceStore, Row } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import { equals, allOf, behind } from '../query/criteria.js';
import { naturalKeyOf, type Resource } from './resource.js';

const MAX_ID = 2_147_483_647;

/**
 * The row that an address names: by its id, its natural key, or that with those of its owners, as `name++organization` and `host++inventory++organization`.
 *
 * @throws {ApiError} 404
 */
export async function rowOf(store: ResourceStore, resource: Resource, named: string): Promise<Row> {
  const row = /^\d+$/.test(named)
    ? Number(named) <= MAX_ID
      ? await store.get(resource.path, Number(named))
      : undefined
    : await byName(store, resource, named);
  if (row === undefined) throw ApiError.notFound();
  return row;
}

/** What a name is followed by, component by component, where it is not the organization alone: paths of relations. */
const owners: Readonly<Record<string, readonly (readonly string[])[]>> = {
  hosts: [['inventory'], ['inventory', 'organization']],
  groups: [['inventory'], ['inventory', 'organization']],
  inventory_sources: [['inventory'], ['inventory', 'organization']],
  credentials: [['credential_type'], ['organization']],
};

/** Components are parted by `++` and the fields of one by `+`; such a character of a name itself stands in brackets. */
const componentsOf = (named: string): string[][] =>
  named
    .replaceAll('[+]', '\u0000')
    .split('++')
    .map((component) =>
      component
        .split('+')
        .map((field) => field.replaceAll('\u0000', '+').replaceAll(/\[([^a-z0-9])\]/gi, '$1')),
    );

async function byName(
  store: ResourceStore,
  resource: Resource,
  named: string,
): Promise<Row | undefined> {
  const key = naturalKeyOf(resource);
  if (resource.fields[key]?.isStored !== true || named.includes('\0')) return undefined;
  const hasOrganization = resource.fields['organization']?.to === 'organizations';
  const paths = owners[resource.path] ?? (hasOrganization ? [['organization']] : []);
  const [[name = '', ...rest] = [], ...components] = componentsOf(named);
  if (rest.length > 0 || components.length > paths.length) return undefined;
  const criteria = components.map((fields, at) => ownerIs(paths[at] ?? [], fields));
  const criterion = allOf([equals(key, name), ...criteria]);
  const rows = await store.list(resource.path, { criterion, order: [], limit: 2, offset: 0 });
  return rows.length === 1 ? rows[0] : undefined;
}

/** An owner by its name, and its kind where it has one; none where the name is empty. */
function ownerIs(path: readonly string[], [name = '', kind]: readonly string[]): Criterion {
  const [last = ''] = path.slice(-1);
  if (name === '') {
    const none = { kind: 'field', field: last, lookup: 'isnull', value: true } as const;
    return behind(path.slice(0, -1), none);
  }
  return behind(
    path,
    allOf([equals('name', name), ...(kind === undefined ? [] : [equals('kind', kind)])]),
  );
}
