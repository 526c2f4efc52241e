import type { Criterion, ResourceStore } from '../../ports/resource-store.js';

const MAX_LINKED = 1000;

/** Ids of the rows that are behind a relation of a row. */
export async function linkedIds(
  store: ResourceStore,
  resource: string,
  from: string,
  id: number,
): Promise<number[]> {
  const criterion: Criterion = { kind: 'linked', from, relation: resource, id };
  const rows = await store.list(resource, { criterion, order: [], limit: MAX_LINKED, offset: 0 });
  return rows.map((row) => Number(row['id']));
}
