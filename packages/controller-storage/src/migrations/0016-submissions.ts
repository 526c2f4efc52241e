import type { SchemaMigration } from './migration.js';

/**
 * At which node the unit of a job lies: of a pod neither its controller nor its execution node tells it, for the one changes and the other is none. And the trace that the unit is part
 * of.
 */
export const submissions: SchemaMigration = {
  name: '0016-submissions',
  statements: [
    `alter table unified_jobs add column work_unit_node text not null default ''`,
    `alter table unified_jobs add column traceparent text not null default ''`,
    `update unified_jobs set work_unit_node = execution_node where submission_id is not null`,
  ],
};
