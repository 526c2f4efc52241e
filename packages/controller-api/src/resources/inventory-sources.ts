import { boolean, choice, datetime, identity, integer, naming, reference, text } from './fields.js';
import { defineResource } from './resource.js';
import { patternProblem } from './patterns.js';
import { textOf } from './values.js';
import { variablesProblem } from './variables.js';

/** A file or script of a project that hosts are read from. */
export const inventorySources = defineResource({
  path: 'inventory_sources',
  type: 'inventory_source',
  label: 'Inventory Source',
  fields: {
    ...identity,
    ...naming,
    source: choice('Source', [
      ['scm', 'Sourced from a Project'],
      ['file', 'File, Directory or Script'],
    ]),
    source_path: text('Source path', { maxLength: 1024 }),
    source_vars: text('Source vars', { maxLength: 1_000_000 }),
    scm_branch: text('SCM branch', { maxLength: 1024 }),
    enabled_var: text('Enabled var', { maxLength: 1024 }),
    enabled_value: text('Enabled value', { maxLength: 1024 }),
    host_filter: text('Host filter', { maxLength: 1024 }),
    overwrite: boolean('Overwrite'),
    overwrite_vars: boolean('Overwrite vars'),
    timeout: integer('Timeout'),
    verbosity: choice(
      'Verbosity',
      [
        [1, '1 (INFO)'],
        [0, '0 (WARNING)'],
        [2, '2 (DEBUG)'],
      ],
      { initial: 1 },
    ),
    limit: text('Limit', { maxLength: 10_000 }),
    inventory: reference('Inventory', 'inventories', { isRequired: true, isFixed: true }),
    update_on_launch: boolean('Update on launch'),
    update_on_project_update: boolean('Update on project update'),
    update_cache_timeout: integer('Update cache timeout', { minimum: 0 }),
    source_project: reference('Source project', 'projects'),
    credential: reference('Credential', 'credentials'),
    execution_environment: reference('Execution environment', 'execution_environments'),
    status: text('Status', { isReadOnly: true }),
    last_job_run: datetime('Last job run'),
    last_updated: datetime('Last updated'),
  },
  search: ['name', 'description'],
  lists: {
    inventory_updates: { of: 'inventory_updates', by: 'inventory_source', isReadOnly: true },
  },
  unique: [['name', 'inventory']],
  order: 'name',
  own: { update: 'update' },
  usedBy: [['inventory_updates', 'inventory_source']],
  can: { create: true, change: true, delete: true },
  async check(values, { existing, store }) {
    const errors = variablesProblem(values, 'source_vars');
    const now = { ...existing, ...values };
    if (now['source_project'] === null || now['source_project'] === undefined)
      errors['source_project'] = ['Project required for scm type sources.'];
    const path = textOf(now['source_path']);
    for (const name of ['limit', 'scm_branch', 'source_path'])
      if (textOf(now[name]).startsWith('-'))
        errors[name] = ['A value that starts with a hyphen is not allowed.'];
    const branch = textOf(now['scm_branch']);
    const project = now['source_project'];
    if (branch !== '' && typeof project === 'number') {
      const row = await store.get('projects', project);
      if (row?.['allow_override'] !== true)
        errors['scm_branch'] = ['Project does not allow overriding branch.'];
    }
    const filter = patternProblem(textOf(now['host_filter']));
    if (filter !== undefined) errors['host_filter'] = [filter];
    if (path.startsWith('/') || path.split('/').includes('..'))
      errors['source_path'] = ['A path inside the project is allowed.'];
    return errors;
  },
});
