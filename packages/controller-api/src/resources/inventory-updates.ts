import { reference, text } from './fields.js';
import { defineResource } from './resource.js';
import { presentUnified, unifiedFields } from './unified-fields.js';

const readOnly = { isReadOnly: true };

/** Runs that read the hosts of a source. */
export const inventoryUpdates = defineResource({
  path: 'inventory_updates',
  type: 'inventory_update',
  label: 'Inventory Update',
  fields: {
    ...unifiedFields,
    inventory: reference('Inventory', 'inventories', readOnly),
    inventory_source: reference('Inventory source', 'inventory_sources', readOnly),
    source: text('Source', readOnly),
  },
  search: ['name', 'description'],
  lists: { events: { of: 'inventory_update_events', by: 'inventory_update', isReadOnly: true } },
  own: { stdout: 'stdout', cancel: 'cancel' },
  summary: ['status', 'failed'],
  can: { create: false, change: false, delete: true },
  present: presentUnified,
});
