import type { ResourceStore, Row } from '../../ports/resource-store.js';
import { linkedIds } from './linked-ids.js';

/**
 * The instance groups that a job may go to, in order: of the template, the inventory and the organization, as far as each lets those after it be
 * asked; the group `default` where there is none.
 */
export async function preferredGroups(
  store: ResourceStore,
  template: Row | undefined,
  inventoryId: unknown,
): Promise<number[]> {
  const found: number[] = [];
  const add = async (resource: string, row: Row | undefined): Promise<boolean> => {
    if (row === undefined) return false;
    found.push(...(await linkedIds(store, 'instance_groups', resource, Number(row['id']))));
    return row['prevent_instance_group_fallback'] === true;
  };
  const inventory =
    typeof inventoryId === 'number' ? await store.get('inventories', inventoryId) : undefined;
  const organizationId = inventory?.['organization'] ?? template?.['organization'];
  const organization =
    typeof organizationId === 'number'
      ? await store.get('organizations', organizationId)
      : undefined;
  const isEnough = (await add('job_templates', template)) || (await add('inventories', inventory));
  if (!isEnough) await add('organizations', organization);
  if (found.length > 0) return [...new Set(found)];
  const criterion = { kind: 'field', field: 'name', lookup: 'exact', value: 'default' } as const;
  const rows = await store.list('instance_groups', { criterion, order: [], limit: 1, offset: 0 });
  return rows.map((row) => Number(row['id']));
}
