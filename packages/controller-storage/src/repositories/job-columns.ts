import type { JobFacts, UnifiedJob } from '@receptorjs/controller-core';
import type { Insertable, Updateable } from 'kysely';
import { jsonText, plainText } from '../schema/columns.js';
import type { UnifiedJobsTable } from '../schema/tables.js';

type Columns = Omit<UnifiedJob, 'failed'>;

const json: ReadonlySet<string> = new Set([
  'preferred_instance_groups',
  'job_env',
  'artifacts',
  'installed_collections',
  'host_status_counts',
  'run_position',
]);

/** Values of a job as its columns take them; those that are not given are left out. */
export function jobColumns(
  values: Partial<Columns> | JobFacts,
): Partial<Insertable<UnifiedJobsTable>> & Updateable<UnifiedJobsTable> {
  return Object.fromEntries(
    (Object.entries(values) as [string, unknown][])
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, columnOf(name, value)]),
  );
}

function columnOf(name: string, value: unknown): unknown {
  if (value !== null && json.has(name)) return jsonText(value);
  return typeof value === 'string' ? plainText(value) : value;
}
