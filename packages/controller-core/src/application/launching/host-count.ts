import type { ResourceStore } from '../../ports/resource-store.js';

/** Hosts that are enabled; nothing where there is no inventory. */
export async function hostCount(
  store: ResourceStore,
  inventory: unknown,
): Promise<number | undefined> {
  if (typeof inventory !== 'number') return undefined;
  return store.count('hosts', {
    kind: 'all',
    of: [
      { kind: 'field', field: 'inventory', lookup: 'exact', value: inventory },
      { kind: 'field', field: 'enabled', lookup: 'exact', value: true },
    ],
  });
}
