import type { SchemaMigration } from './migration.js';

/** How far the output of a job's unit was taken, for whoever goes on with it. */
export const runPositions: SchemaMigration = {
  name: '0018-run-positions',
  statements: [`alter table unified_jobs add column run_position jsonb`],
};
