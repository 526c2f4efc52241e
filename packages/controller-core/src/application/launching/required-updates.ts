import type { ResourceStore, Row } from '../../ports/resource-store.js';

/** Whether something is brought up to date before a job runs. */
export async function needsUpdates(store: ResourceStore, values: Row): Promise<boolean> {
  const { project, inventory } = values;
  if (typeof project === 'number') {
    const row = await store.get('projects', project);
    if (row?.['scm_update_on_launch'] === true && row['scm_type'] !== '') return true;
  }
  if (typeof inventory !== 'number') return false;
  const sources = await store.count('inventory_sources', {
    kind: 'all',
    of: [
      { kind: 'field', field: 'inventory', lookup: 'exact', value: inventory },
      { kind: 'field', field: 'update_on_launch', lookup: 'exact', value: true },
    ],
  });
  return sources > 0;
}
