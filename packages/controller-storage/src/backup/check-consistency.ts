import { sql } from 'kysely';
import type { Storage } from '../database/storage.js';

/** What must never be found, beyond what constraints of the database see to; each counts rows. */
const faults: readonly (readonly [what: string, query: string])[] = [
  [
    'events of jobs that are not there',
    `select count(distinct job_id) as n from job_events e where not exists (select from unified_jobs j where j.id = e.job_id)`,
  ],
  [
    'jobs whose count of stored events is wrong',
    `select count(*) as n from unified_jobs j
      where stored_events <> (select count(*) from job_events e where e.job_id = j.id)`,
  ],
  [
    'jobs whose events are said to be complete and are not',
    `select count(*) as n from unified_jobs where event_processing_finished and stored_events <> emitted_events`,
  ],
  [
    'jobs that have ended and have an owner',
    `select count(*) as n from unified_jobs where lease_id is not null and finished is not null`,
  ],
];

/** Looks for what contradicts itself in a database, and says what; nothing where it is in order. */
export async function checkConsistency({ database }: Storage): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [what, query] of faults) {
    const { rows } = await sql.raw<{ n: number }>(query).execute(database);
    const n = rows[0]?.n ?? 0;
    if (n > 0) found.push(`${n} ${what}`);
  }
  return found;
}
