import { authors, named, references, type ResourceTable } from './resource-table.js';

const unified = references({
  execution_environment: 'execution_environments',
  instance_group: 'instance_groups',
  organization: 'organizations',
  ...authors,
});
const shared = {
  ...named('id', 'type', 'name', 'description', 'status', 'launch_type', 'created', 'modified'),
  ...named('started', 'finished', 'canceled_on', 'elapsed', 'failed', 'job_explanation'),
  ...named('execution_node', 'controller_node', 'work_unit_id', 'event_processing_finished'),
  ...named('emitted_events', 'stored_events', 'job_args', 'job_cwd', 'job_env'),
  ...named('result_traceback', 'timeout', 'verbosity', 'cancel_flag', 'task_impact'),
  ...named('preferred_instance_groups', 'dependencies_processed', 'slice_group'),
  unified_job_template: 'unified_job_template_id',
  ...unified.columns,
};
const job = references({
  job_template: 'job_templates',
  project: 'projects',
  inventory: 'inventories',
  source_project_update: 'project_updates',
});
const adHoc = references({ inventory: 'inventories', credential: 'credentials' });
const projectUpdate = references({ project: 'projects', credential: 'credentials' });
const inventoryUpdate = references({
  inventory: 'inventories',
  inventory_source: 'inventory_sources',
  credential: 'credentials',
  source_project_update: 'project_updates',
});
const options = named('job_type', 'playbook', 'forks', 'limit', 'extra_vars', 'job_tags');
const credentials = {
  kind: 'through',
  to: 'credentials',
  table: 'unified_job_credentials',
  near: 'unified_job_id',
  far: 'credential_id',
} as const;

const event = {
  ...named('id', 'counter', 'uuid', 'parent_uuid', 'event', 'event_level', 'event_data'),
  ...named('failed', 'changed', 'host_name', 'playbook', 'play', 'task', 'role', 'stdout'),
  ...named('start_line', 'end_line', 'verbosity', 'created', 'modified'),
  host: 'host_id',
};

/** Events of one type of jobs: of those of all types, whose job is of it. */
function eventsOf(parent: string, resource: string): ResourceTable {
  return {
    table: 'job_events',
    columns: { ...event, [parent]: 'job_id' },
    relations: {
      [parent]: { kind: 'one', to: resource, column: 'job_id' },
      host: { kind: 'one', to: 'hosts', column: 'host_id' },
    },
  };
}

const summary = references({ job: 'jobs', host: 'hosts' });

/** What runs, and what is kept of it. */
export const jobTables: Readonly<Record<string, ResourceTable>> = {
  unified_jobs: { table: 'unified_jobs', columns: shared, relations: unified.relations },
  jobs: {
    table: 'unified_jobs',
    only: { column: 'type', value: 'job' },
    columns: {
      ...shared,
      ...options,
      ...named('skip_tags', 'start_at_task', 'force_handlers', 'use_fact_cache', 'scm_branch'),
      ...named('become_enabled', 'diff_mode', 'allow_simultaneous', 'job_slice_number'),
      ...named('job_slice_count', 'artifacts', 'scm_revision', 'host_status_counts'),
      ...named('play_count', 'task_count'),
      ...job.columns,
    },
    relations: {
      ...unified.relations,
      ...job.relations,
      job_events: { kind: 'many', to: 'job_events', column: 'job_id' },
      job_host_summaries: { kind: 'many', to: 'job_host_summaries', column: 'job_id' },
      credentials,
    },
  },
  ad_hoc_commands: {
    table: 'unified_jobs',
    only: { column: 'type', value: 'ad_hoc_command' },
    columns: {
      ...shared,
      ...named('job_type', 'limit', 'module_name', 'module_args', 'forks', 'extra_vars'),
      ...named('become_enabled', 'diff_mode'),
      ...adHoc.columns,
    },
    relations: { ...unified.relations, ...adHoc.relations },
  },
  project_updates: {
    table: 'unified_jobs',
    only: { column: 'type', value: 'project_update' },
    columns: {
      ...shared,
      ...named('job_type', 'job_tags', 'scm_type', 'scm_url', 'scm_branch', 'scm_refspec'),
      ...named('scm_clean', 'scm_track_submodules', 'scm_delete_on_update', 'scm_revision'),
      ...projectUpdate.columns,
    },
    relations: { ...unified.relations, ...projectUpdate.relations },
  },
  inventory_updates: {
    table: 'unified_jobs',
    only: { column: 'type', value: 'inventory_update' },
    columns: {
      ...shared,
      ...named('source', 'source_path', 'source_vars', 'overwrite', 'overwrite_vars', 'limit'),
      ...named('scm_branch', 'scm_revision'),
      source_project: 'project_id',
      project: 'project_id',
      ...inventoryUpdate.columns,
    },
    relations: {
      ...unified.relations,
      ...inventoryUpdate.relations,
      source_project: { kind: 'one', to: 'projects', column: 'project_id' },
    },
  },
  job_events: eventsOf('job', 'jobs'),
  ad_hoc_command_events: eventsOf('ad_hoc_command', 'ad_hoc_commands'),
  project_update_events: eventsOf('project_update', 'project_updates'),
  inventory_update_events: eventsOf('inventory_update', 'inventory_updates'),
  job_host_summaries: {
    table: 'job_host_summaries',
    columns: {
      ...named('id', 'host_name', 'ok', 'changed', 'dark', 'failures', 'skipped', 'processed'),
      ...named('ignored', 'rescued', 'failed', 'created', 'modified'),
      ...summary.columns,
    },
    relations: summary.relations,
  },
};
