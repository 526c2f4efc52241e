import {
  ARCHIVE_SCHEMES,
  readScmAddress,
  SCM_SCHEMES,
  shownAddress,
  withStoredPassword,
} from '@receptorjs/controller-core';
import { boolean, choice, datetime, identity, integer, naming, reference, text } from './fields.js';
import { defineResource } from './resource.js';
import { textOf } from './values.js';

const scmTypes = [
  ['', 'Manual'],
  ['git', 'Git'],
  ['archive', 'Remote Archive'],
] as const;

/** Where playbooks come from: a folder that an administrator allows, git, or an archive. */
export const projects = defineResource({
  path: 'projects',
  type: 'project',
  label: 'Project',
  fields: {
    ...identity,
    ...naming,
    organization: reference('Organization', 'organizations'),
    local_path: text('Local path', {
      maxLength: 1024,
      help: 'Local path (relative to the projects folder) containing playbooks and related files for this project.',
    }),
    scm_type: choice('SCM type', scmTypes, {
      help: 'Specifies the source control system used to store the project.',
    }),
    scm_url: text('SCM URL', {
      maxLength: 1024,
      // it may hold a password, which a comparison would tell
      isFilterable: false,
      help: 'The location where the project is stored.',
    }),
    scm_branch: text('SCM branch', { maxLength: 256 }),
    scm_refspec: text('SCM refspec', { maxLength: 1024 }),
    scm_clean: boolean('SCM clean'),
    scm_delete_on_update: boolean('SCM delete on update'),
    scm_track_submodules: boolean('SCM track submodules'),
    credential: reference('Credential', 'credentials'),
    timeout: integer('Timeout'),
    scm_update_on_launch: boolean('SCM update on launch'),
    scm_update_cache_timeout: integer('SCM update cache timeout', { minimum: 0 }),
    allow_override: boolean('Allow override'),
    default_environment: reference('Default environment', 'execution_environments'),
    scm_revision: text('SCM revision', { isReadOnly: true }),
    status: choice(
      'Status',
      [
        'never updated',
        'ok',
        'missing',
        'pending',
        'waiting',
        'running',
        'successful',
        'failed',
        'error',
        'canceled',
      ].map((status) => [status, status] as const),
      { isReadOnly: true },
    ),
    last_job_run: datetime('Last job run'),
    last_updated: datetime('Last updated'),
  },
  search: ['name', 'description'],
  relations: { job_templates: 'job_templates' },
  lists: {
    job_templates: { of: 'job_templates', by: 'project', isReadOnly: true },
    project_updates: { of: 'project_updates', by: 'project', isReadOnly: true },
  },
  own: { playbooks: 'playbooks', inventories: 'inventories', update: 'update' },
  summary: ['status', 'scm_type', 'allow_override'],
  unique: [['name', 'organization']],
  order: 'name',
  usedBy: [
    ['jobs', 'project'],
    ['project_updates', 'project'],
    ['inventory_updates', 'project'],
  ],
  can: { create: true, change: true, delete: true },
  check(values, { existing }) {
    const now = { ...existing, ...values };
    const errors: Record<string, string[]> = {};
    const type = textOf(now['scm_type']);
    const url = textOf(now['scm_url']);
    if (type !== '') {
      const schemes = type === 'archive' ? ARCHIVE_SCHEMES : SCM_SCHEMES;
      const read = url === '' ? 'SCM URL is required.' : readScmAddress(url, schemes);
      if (typeof read === 'string') errors['scm_url'] = [read];
    }
    const given = textOf(values['scm_url']);
    if (withStoredPassword(given, textOf(existing?.['scm_url'])) === undefined)
      errors['scm_url'] = [
        'What is hidden of an address is kept while its scheme, host and port stay the same; type it again.',
      ];
    if (type === 'archive')
      for (const name of ['scm_branch', 'scm_refspec'])
        if (textOf(now[name]) !== '') errors[name] = ['An archive has none.'];
    for (const name of ['scm_branch', 'scm_refspec'] as const) {
      const value = now[name];
      if (typeof value === 'string' && /^-|\s/.test(value))
        errors[name] = ['A value that starts with a hyphen or has spaces is not allowed.'];
    }
    const path = now['local_path'];
    if (typeof path === 'string' && !/^(?:(?!\.)[\w.-]+)?$/.test(path))
      errors['local_path'] = ['The name of a folder, without separators, is allowed.'];
    return errors;
  },
  prepare(values, { existing }) {
    const url = values['scm_url'];
    if (typeof url !== 'string') return values;
    return { ...values, scm_url: withStoredPassword(url, textOf(existing?.['scm_url'])) ?? url };
  },
  present: (row) => ({ ...row, scm_url: shownAddress(textOf(row['scm_url'])) }),
});
