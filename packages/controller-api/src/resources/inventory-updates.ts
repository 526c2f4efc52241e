import { boolean, integer, reference, text } from './fields.js';
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
    source_project: reference('Source project', 'projects', readOnly),
    source_path: text('Source path', readOnly),
    source_vars: text('Source vars', readOnly),
    scm_branch: text('SCM branch', readOnly),
    scm_revision: text('SCM revision', readOnly),
    overwrite: boolean('Overwrite', readOnly),
    overwrite_vars: boolean('Overwrite vars', readOnly),
    limit: text('Limit', readOnly),
    verbosity: integer('Verbosity', readOnly),
    timeout: integer('Timeout', readOnly),
    source_project_update: reference('Source project update', 'project_updates', readOnly),
  },
  search: ['name', 'description'],
  lists: { events: { of: 'inventory_update_events', by: 'inventory_update', isReadOnly: true } },
  own: { stdout: 'stdout', cancel: 'cancel' },
  summary: ['status', 'failed'],
  can: { create: false, change: false, delete: true },
  present: presentUnified,
});
