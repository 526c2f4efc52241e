import { choice, integer, reference, text } from './fields.js';
import { defineResource } from './resource.js';
import { presentUnified, unifiedFields } from './unified-fields.js';

const readOnly = { isReadOnly: true };

/** Runs that bring a project up to date. */
export const projectUpdates = defineResource({
  path: 'project_updates',
  type: 'project_update',
  label: 'Project Update',
  fields: {
    ...unifiedFields,
    project: reference('Project', 'projects', readOnly),
    scm_type: text('SCM type', readOnly),
    scm_url: text('SCM URL', readOnly),
    scm_branch: text('SCM branch', readOnly),
    scm_revision: text('SCM revision', readOnly),
    job_type: choice(
      'Job type',
      [
        ['check', 'Check'],
        ['run', 'Run'],
      ],
      readOnly,
    ),
    timeout: integer('Timeout', readOnly),
  },
  search: ['name', 'description'],
  lists: { events: { of: 'project_update_events', by: 'project_update', isReadOnly: true } },
  own: { stdout: 'stdout', cancel: 'cancel' },
  summary: ['status', 'failed'],
  can: { create: false, change: false, delete: true },
  present: presentUnified,
});
