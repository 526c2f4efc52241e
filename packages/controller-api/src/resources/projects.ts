import { boolean, choice, datetime, identity, integer, naming, reference, text } from './fields.js';
import { defineResource } from './resource.js';

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
  own: { playbooks: 'playbooks', update: 'update' },
  summary: ['status', 'scm_type', 'allow_override'],
  unique: [['name', 'organization']],
  order: 'name',
  usedBy: [
    ['jobs', 'project'],
    ['project_updates', 'project'],
  ],
  can: { create: true, change: true, delete: true },
  check(values, { existing }) {
    const now = { ...existing, ...values };
    const errors: Record<string, string[]> = {};
    const url = now['scm_url'];
    if (now['scm_type'] !== '' && now['scm_type'] !== undefined) {
      const problem = typeof url === 'string' ? addressProblem(url) : 'SCM URL is required.';
      if (problem !== undefined) errors['scm_url'] = [problem];
    }
    for (const name of ['scm_branch', 'scm_refspec'] as const) {
      const value = now[name];
      if (typeof value === 'string' && value.startsWith('-'))
        errors[name] = ['A value that starts with a hyphen is not allowed.'];
    }
    const path = now['local_path'];
    if (typeof path === 'string' && !/^(?!\.{1,2}$)[\w.-]*$/.test(path))
      errors['local_path'] = ['The name of a folder, without separators, is allowed.'];
    return errors;
  },
});

/** What is wrong with the address of a repository. Neither files of the controller nor options of git are addresses. */
function addressProblem(url: string): string | undefined {
  if (url === '') return 'SCM URL is required.';
  if (/^[\w.-]+@[\w.-]+:[^-].*$/.test(url)) return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^-]/i.exec(url)?.[1]?.toLowerCase();
  return scheme !== undefined && ['https', 'http', 'ssh', 'git'].includes(scheme)
    ? undefined
    : 'An address by https, http, ssh or git is allowed.';
}
