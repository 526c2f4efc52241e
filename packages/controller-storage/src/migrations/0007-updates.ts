import type { SchemaMigration } from './migration.js';

/** Updates that follow from others, and what finds them fast. */
export const updates: SchemaMigration = {
  name: '0007-updates',
  statements: [
    `alter table inventory_sources add column update_on_project_update boolean not null default false`,
    `create index unified_jobs_undecided on unified_jobs (id) where status = 'pending' and not dependencies_processed`,
    `create index unified_jobs_project_updates on unified_jobs (project_id, id) where type = 'project_update' and job_type = 'check'`,
    `create index unified_jobs_source_project_update on unified_jobs (source_project_update_id) where source_project_update_id is not null`,
  ],
};
