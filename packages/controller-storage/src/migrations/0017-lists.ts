import type { SchemaMigration } from './migration.js';

/** What lists, their counts and what is computed of other rows look for: jobs of a type, of a node, of a group; events of a host. */
export const lists: SchemaMigration = {
  name: '0017-lists',
  statements: [
    `create index unified_jobs_type on unified_jobs (type, id)`,
    `create index unified_jobs_execution_node on unified_jobs (execution_node)`,
    `create index unified_jobs_instance_group on unified_jobs (instance_group_id, status)`,
    `create index job_events_host on job_events (host_id, start_line, counter) where host_id is not null`,
  ],
};
