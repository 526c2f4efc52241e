import { shownAddress } from '@receptorjs/controller-core';
import { boolean, choice, integer, reference, text } from './fields.js';
import { defineResource } from './resource.js';
import { textOf } from './values.js';
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
    // it may hold a password, which a comparison would tell
    scm_url: text('SCM URL', { isReadOnly: true, isFilterable: false }),
    scm_branch: text('SCM branch', readOnly),
    scm_refspec: text('SCM refspec', readOnly),
    scm_clean: boolean('SCM clean', readOnly),
    scm_delete_on_update: boolean('SCM delete on update', readOnly),
    scm_track_submodules: boolean('SCM track submodules', readOnly),
    scm_revision: text('SCM revision', readOnly),
    credential: reference('Credential', 'credentials', readOnly),
    job_tags: text('Job tags', readOnly),
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
  present: (row) => ({ ...presentUnified(row), scm_url: shownAddress(textOf(row['scm_url'])) }),
});
