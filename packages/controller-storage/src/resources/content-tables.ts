import { authors, common, named, references, type ResourceTable } from './resource-table.js';

const project = references({
  organization: 'organizations',
  credential: 'credentials',
  default_environment: 'execution_environments',
  ...authors,
});
const inventory = references({ organization: 'organizations', ...authors });
const host = references({
  inventory: 'inventories',
  last_job: 'jobs',
  last_job_host_summary: 'job_host_summaries',
  ...authors,
});
const group = references({ inventory: 'inventories', ...authors });
const source = references({
  inventory: 'inventories',
  source_project: 'projects',
  credential: 'credentials',
  execution_environment: 'execution_environments',
  ...authors,
});
const credentialType = references(authors);
const credential = references({
  organization: 'organizations',
  credential_type: 'credential_types',
  ...authors,
});
const environment = references({
  organization: 'organizations',
  credential: 'credentials',
  ...authors,
});
const template = references({
  organization: 'organizations',
  inventory: 'inventories',
  project: 'projects',
  execution_environment: 'execution_environments',
  ...authors,
});

/** Whether the last job of a host failed there. */
const hasFailed = `exists (select 1 from job_host_summaries s where s.id = h.last_job_host_summary_id and s.failed)`;

/** What jobs are made from. */
export const contentTables: Readonly<Record<string, ResourceTable>> = {
  projects: {
    table: 'projects',
    columns: {
      ...named(...common, 'scm_type', 'scm_url', 'scm_branch', 'scm_refspec', 'scm_clean'),
      ...named('scm_track_submodules', 'scm_delete_on_update', 'scm_revision'),
      ...named('scm_update_on_launch', 'scm_update_cache_timeout', 'local_path'),
      ...named('allow_override', 'timeout', 'last_updated', 'last_job_run', 'status'),
      ...named('playbook_files', 'inventory_files'),
      ...project.columns,
    },
    relations: {
      ...project.relations,
      job_templates: { kind: 'many', to: 'job_templates', column: 'project_id' },
    },
  },
  inventories: {
    table: 'inventories',
    columns: {
      ...named(...common, 'kind', 'variables', 'prevent_instance_group_fallback'),
      ...inventory.columns,
    },
    computed: {
      total_hosts: `(select count(*) from hosts h where h.inventory_id = t.id)`,
      total_groups: `(select count(*) from groups g where g.inventory_id = t.id)`,
      total_inventory_sources: `(select count(*) from inventory_sources s where s.inventory_id = t.id)`,
      hosts_with_active_failures: `(select count(*) from hosts h where h.inventory_id = t.id and ${hasFailed})`,
    },
    relations: {
      ...inventory.relations,
      hosts: { kind: 'many', to: 'hosts', column: 'inventory_id' },
      groups: { kind: 'many', to: 'groups', column: 'inventory_id' },
      job_templates: { kind: 'many', to: 'job_templates', column: 'inventory_id' },
      inventory_sources: { kind: 'many', to: 'inventory_sources', column: 'inventory_id' },
      instance_groups: {
        kind: 'through',
        to: 'instance_groups',
        table: 'inventory_instance_groups',
        near: 'inventory_id',
        far: 'instance_group_id',
        hasPosition: true,
      },
    },
  },
  hosts: {
    table: 'hosts',
    columns: { ...named(...common, 'enabled', 'instance_id', 'variables'), ...host.columns },
    computed: {
      has_active_failures: hasFailed.replaceAll('h.', 't.'),
    },
    relations: {
      ...host.relations,
      groups: {
        kind: 'through',
        to: 'groups',
        table: 'group_hosts',
        near: 'host_id',
        far: 'group_id',
      },
      job_host_summaries: { kind: 'many', to: 'job_host_summaries', column: 'host_id' },
    },
  },
  host_facts: {
    table: 'host_facts',
    columns: { id: 'host_id', facts: 'facts', modified: 'modified' },
    relations: {},
  },
  groups: {
    table: 'groups',
    columns: { ...named(...common, 'variables'), ...group.columns },
    relations: {
      ...group.relations,
      hosts: {
        kind: 'through',
        to: 'hosts',
        table: 'group_hosts',
        near: 'group_id',
        far: 'host_id',
      },
      children: {
        kind: 'through',
        to: 'groups',
        table: 'group_children',
        near: 'parent_id',
        far: 'child_id',
      },
      parents: {
        kind: 'through',
        to: 'groups',
        table: 'group_children',
        near: 'child_id',
        far: 'parent_id',
      },
    },
  },
  inventory_sources: {
    table: 'inventory_sources',
    columns: {
      ...named(...common, 'source', 'source_path', 'source_vars', 'limit', 'overwrite'),
      ...named('overwrite_vars', 'verbosity', 'timeout', 'update_on_launch'),
      ...named(
        'update_cache_timeout',
        'last_updated',
        'update_on_project_update',
        'scm_branch',
        'enabled_var',
        'enabled_value',
        'host_filter',
        'last_job_run',
        'status',
      ),
      ...source.columns,
    },
    relations: source.relations,
  },
  credential_types: {
    table: 'credential_types',
    columns: {
      ...named(...common, 'kind', 'namespace', 'managed', 'inputs', 'injectors'),
      ...credentialType.columns,
    },
    relations: credentialType.relations,
  },
  credentials: {
    table: 'credentials',
    columns: { ...named(...common, 'managed', 'inputs'), ...credential.columns },
    computed: { kind: `(select y.kind from credential_types y where y.id = t.credential_type_id)` },
    relations: credential.relations,
  },
  execution_environments: {
    table: 'execution_environments',
    columns: { ...named(...common, 'image', 'pull', 'managed'), ...environment.columns },
    relations: environment.relations,
  },
  job_templates: {
    table: 'job_templates',
    columns: {
      ...named(...common, 'job_type', 'playbook', 'scm_branch', 'forks', 'limit', 'verbosity'),
      ...named('extra_vars', 'job_tags', 'skip_tags', 'start_at_task', 'force_handlers'),
      ...named('timeout', 'use_fact_cache', 'become_enabled', 'diff_mode'),
      ...named('allow_simultaneous', 'job_slice_count', 'prevent_instance_group_fallback'),
      ...named('ask_credential_on_launch', 'ask_diff_mode_on_launch'),
      ...named('ask_execution_environment_on_launch', 'ask_forks_on_launch'),
      ...named('ask_instance_groups_on_launch', 'ask_inventory_on_launch'),
      ...named('ask_job_slice_count_on_launch', 'ask_job_type_on_launch'),
      ...named('ask_limit_on_launch', 'ask_scm_branch_on_launch', 'ask_skip_tags_on_launch'),
      ...named('ask_tags_on_launch', 'ask_timeout_on_launch', 'ask_variables_on_launch'),
      ...named('ask_verbosity_on_launch', 'last_job_run', 'status'),
      ...template.columns,
    },
    relations: {
      ...template.relations,
      jobs: { kind: 'many', to: 'jobs', column: 'job_template_id' },
      credentials: {
        kind: 'through',
        to: 'credentials',
        table: 'job_template_credentials',
        near: 'job_template_id',
        far: 'credential_id',
      },
      instance_groups: {
        kind: 'through',
        to: 'instance_groups',
        table: 'job_template_instance_groups',
        near: 'job_template_id',
        far: 'instance_group_id',
        hasPosition: true,
      },
    },
  },
};
