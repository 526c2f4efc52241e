import type { ResourceStore } from '@receptorjs/controller-core';
import { boolean, choice, datetime, identity, naming, reference } from './fields.js';
import { jobOptions } from './job-options.js';
import { unifiedStatuses } from './unified-fields.js';
import { defineResource } from './resource.js';
import { variablesProblem } from './variables.js';

const ask = (what: string) => boolean(`Ask ${what} on launch`);

/** What is run again and again. */
export const jobTemplates = defineResource({
  path: 'job_templates',
  type: 'job_template',
  label: 'Job Template',
  fields: {
    ...identity,
    ...naming,
    ...jobOptions,
    organization: reference('Organization', 'organizations', { isReadOnly: true }),
    last_job_run: datetime('Last job run'),
    status: choice('Status', [['never updated', 'Never Updated'], ...unifiedStatuses], {
      isReadOnly: true,
    }),
    prevent_instance_group_fallback: boolean('Prevent instance group fallback'),
    survey_enabled: boolean('Survey enabled', { isReadOnly: true, isStored: false }),
    become_enabled: boolean('Become enabled'),
    ask_scm_branch_on_launch: ask('scm branch'),
    ask_diff_mode_on_launch: ask('diff mode'),
    ask_variables_on_launch: ask('variables'),
    ask_limit_on_launch: ask('limit'),
    ask_tags_on_launch: ask('tags'),
    ask_skip_tags_on_launch: ask('skip tags'),
    ask_job_type_on_launch: ask('job type'),
    ask_verbosity_on_launch: ask('verbosity'),
    ask_inventory_on_launch: ask('inventory'),
    ask_credential_on_launch: ask('credential'),
    ask_execution_environment_on_launch: ask('execution environment'),
    ask_forks_on_launch: ask('forks'),
    ask_job_slice_count_on_launch: ask('job slice count'),
    ask_timeout_on_launch: ask('timeout'),
    ask_instance_groups_on_launch: ask('instance groups'),
  },
  search: ['name', 'description'],
  relations: { credentials: 'credentials', jobs: 'jobs', instance_groups: 'instance_groups' },
  lists: {
    credentials: { of: 'credentials', through: 'credentials' },
    instance_groups: { of: 'instance_groups', through: 'instance_groups' },
    jobs: { of: 'jobs', by: 'job_template', isReadOnly: true },
  },
  own: { launch: 'launch' },
  summary: ['status'],
  unique: [['name', 'organization']],
  order: 'name',
  usedBy: [['jobs', 'job_template']],
  can: { create: true, change: true, delete: true },
  async check(values, { existing, store }) {
    const errors = variablesProblem(values, 'extra_vars');
    const now = { ...existing, ...values };
    const isMissing = (name: string) => now[name] === undefined || now[name] === null;
    if (isMissing('project')) errors['project'] = ['Job Templates must have a project assigned.'];
    const playbook = now['playbook'];
    if (playbook === undefined || playbook === '')
      errors['playbook'] = ['Must select playbook for project.'];
    else if (typeof playbook === 'string' && isOutside(playbook))
      errors['playbook'] = ['A path inside the project is allowed.'];
    else if (!(await hasPlaybook(store, now['project'], playbook)))
      errors['playbook'] = ['Playbook not found for project.'];
    const project =
      typeof now['project'] === 'number' && (await store.get('projects', now['project']));
    const isOverridden =
      now['ask_scm_branch_on_launch'] === true || (now['scm_branch'] ?? '') !== '';
    if (project && isOverridden && project['allow_override'] !== true)
      errors['scm_branch'] = ['Project does not allow overriding branch.'];
    if (typeof now['scm_branch'] === 'string' && /^-|\s/.test(now['scm_branch']))
      errors['scm_branch'] = ['A value that starts with a hyphen or has spaces is not allowed.'];
    if (isMissing('inventory') && now['ask_inventory_on_launch'] !== true) {
      const message = 'You must either set a default value or ask to prompt on launch.';
      errors['inventory'] = [message];
    }
    return errors;
  },
  async prepare(values, { store }) {
    const project = values['project'];
    if (typeof project !== 'number') return values;
    const row = await store.get('projects', project);
    return { ...values, organization: row?.['organization'] ?? null };
  },
});

/** Whether a project has a playbook, as far as is known of what it has. */
async function hasPlaybook(
  store: ResourceStore,
  project: unknown,
  playbook: unknown,
): Promise<boolean> {
  const row = typeof project === 'number' ? await store.get('projects', project) : undefined;
  if (row === undefined || row['allow_override'] === true) return true;
  const known = row['playbook_files'];
  // a folder that nobody has looked at yet
  const isUnknown = row['scm_type'] === '' && row['status'] === 'never updated';
  return isUnknown || (Array.isArray(known) && known.includes(playbook));
}

/** Whether a path leads out of a project, or would be an option of the program that gets it. */
const isOutside = (path: string): boolean =>
  path.startsWith('/') || path.startsWith('-') || path.split('/').includes('..');
