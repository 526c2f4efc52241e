import type { ResourceStore, Row } from '@receptorjs/controller-core';
import { ApiError } from '../errors/api-error.js';
import { equals, allOf, behind } from '../query/criteria.js';
import { naturalKeyOf, type Resource } from './resource.js';

const MAX_ID = 2_147_483_647;

/**
 * The row that an address names: by its id, its natural key, or `name++organization`.
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

async function byName(
  store: ResourceStore,
  resource: Resource,
  named: string,
): Promise<Row | undefined> {
  const key = naturalKeyOf(resource);
  const [name = '', organization, ...more] = named.split('++');
  if (resource.fields[key]?.isStored !== true || name.includes('\0') || more.length > 0)
    return undefined;
  const hasOrganization = resource.fields['organization']?.to === 'organizations';
  if (organization !== undefined && !hasOrganization) return undefined;
  const criterion = allOf([
    equals(key, name),
    ...(organization === undefined || organization.includes('\0')
      ? []
      : [behind(['organization'], equals('name', organization))]),
  ]);
  const rows = await store.list(resource.path, { criterion, order: [], limit: 2, offset: 0 });
  return rows.length === 1 ? rows[0] : undefined;
}
