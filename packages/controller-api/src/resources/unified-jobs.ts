import { choice } from './fields.js';
import { defineResource } from './resource.js';
import { presentUnified, unifiedFields, unifiedTypes } from './unified-fields.js';

/** Everything that runs, of whichever type. */
export const unifiedJobs = defineResource({
  path: 'unified_jobs',
  type: 'unified_job',
  label: 'Unified Job',
  fields: { ...unifiedFields, type: choice('Type', unifiedTypes, { isReadOnly: true }) },
  search: ['name', 'description'],
  can: { create: false, change: false, delete: false },
  present: presentUnified,
});
