import { identity, integer, naming, reference } from './fields.js';
import { defineResource } from './resource.js';

/** Who owns inventories, projects and credentials. */
export const organizations = defineResource({
  path: 'organizations',
  type: 'organization',
  label: 'Organization',
  fields: {
    ...identity,
    ...naming,
    max_hosts: integer('Max hosts', {
      minimum: 0,
      help: 'Maximum number of hosts allowed to be managed by this organization.',
    }),
    default_environment: reference('Default environment', 'execution_environments', {
      help: 'The default execution environment for jobs run by this organization.',
    }),
  },
  search: ['name', 'description'],
  relations: {
    inventories: 'inventories',
    projects: 'projects',
    credentials: 'credentials',
    job_templates: 'job_templates',
    instance_groups: 'instance_groups',
  },
  lists: {
    inventories: { of: 'inventories', by: 'organization' },
    projects: { of: 'projects', by: 'organization' },
    credentials: { of: 'credentials', by: 'organization' },
    job_templates: { of: 'job_templates', by: 'organization', isReadOnly: true },
    execution_environments: { of: 'execution_environments', by: 'organization' },
    instance_groups: { of: 'instance_groups', through: 'instance_groups' },
  },
  unique: [['name']],
  order: 'name',
  can: { create: true, change: true, delete: true },
});
