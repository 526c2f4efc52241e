import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { pruneRecords } from './prune-records.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;

describe.each(storagesUnderTest())('old records on $kind', (under) => {
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  it.skipIf(under.isMissing)('go with all that is kept of them, and what runs stays', async () => {
    const { database } = await under.empty();
    await sql`
      insert into unified_jobs (type, name, status, finished)
      select 'job', 'old', 'successful', now() - interval '40 days' from generate_series(1, 1200)
      union all select 'job', 'new', 'failed', now() - interval '20 days' from generate_series(1, 3)
      union all select 'job', 'runs', 'running', null`.execute(database);
    await sql`
      insert into job_events (job_id, counter, event, created)
      select id, 1, 'verbose', now() from unified_jobs`.execute(database);
    await sql`
      insert into activity_stream (operation, object1, timestamp)
      select 'create', 'job', now() - at * interval '1 day' from generate_series(1, 40) at`.execute(
      database,
    );
    const limits = { jobDays: 30, activityDays: 10 };
    expect(await pruneRecords(database, limits, true)).toEqual({ jobs: 1200, activities: 31 });
    expect(await pruneRecords(database, { jobDays: 30 })).toEqual({ jobs: 1200, activities: 0 });
    const left = async (table: 'unified_jobs' | 'job_events' | 'activity_stream') =>
      (await database.selectFrom(table).select('id').execute()).length;
    expect([await left('unified_jobs'), await left('job_events')]).toEqual([4, 4]);
    expect(await left('activity_stream')).toBe(40);
    expect(await pruneRecords(database, limits)).toEqual({ jobs: 0, activities: 31 });
    expect(await left('activity_stream')).toBe(9);
  });
});
