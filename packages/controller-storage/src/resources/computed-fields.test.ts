import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { KyselyResourceStore } from './kysely-resource-store.js';

const START_MS = 120_000;
const everything = { kind: 'all', of: [] } as const;
const page = { criterion: everything, order: [], limit: 10, offset: 0 };

describe.each(storagesUnderTest())('what is computed of other rows, on $kind', (under) => {
  let storage: Storage;
  beforeAll(async () => {
    await under.start();
    if (under.isMissing) return;
    storage = await under.empty();
    for (const statement of [
      `insert into instances (hostname, node_type, node_state) values ('a', 'hybrid', 'ready'), ('b', 'execution', 'ready')`,
      `insert into unified_jobs (type, name, status, execution_node, controller_node, task_impact) values
        ('job', '1', 'running', 'a', 'a', 5), ('job', '2', 'running', 'b', 'a', 7), ('job', '3', 'failed', 'b', 'a', 9)`,
    ])
      await sql.raw(statement).execute(storage.database);
  }, START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    it('is given where it is wanted', async () => {
      const store = new KyselyResourceStore(storage.database);
      const [a, b] = await store.list('instances', page);
      expect(a).toMatchObject({ jobs_running: 1, jobs_total: 1 });
      expect([a, b].map((row) => Number(row?.['consumed_capacity']))).toEqual([5 + 2, 7]);
      const [some] = await store.list('instances', { ...page, computed: ['jobs_total'] });
      expect(some).toMatchObject({ hostname: 'a', jobs_total: 1 });
      expect(some).not.toHaveProperty('jobs_running');
    });

    it('counts rows by their values', async () => {
      const store = new KyselyResourceStore(storage.database);
      const found = await store.countBy('jobs', ['execution_node', 'status'], everything);
      expect(found).toHaveLength(3);
      expect(found).toContainEqual({
        values: { execution_node: 'b', status: 'failed' },
        count: 1,
      });
    });

    it.each([
      [`select count(*) from unified_jobs where execution_node = 'a'`, 'execution_node'],
      [`select count(*) from unified_jobs where instance_group_id = 1`, 'instance_group'],
      [`select id from unified_jobs where type = 'job' order by id limit 1`, 'unified_jobs_type'],
      [
        `select id from job_events where host_id = 1 order by start_line, counter limit 1`,
        'job_events_host',
      ],
    ])('finds by an index: %s', async (query, index) => {
      const plan = await storage.database.transaction().execute(async (transaction) => {
        await sql`set local enable_seqscan = off`.execute(transaction);
        return sql<{ 'QUERY PLAN': string }>`explain ${sql.raw(query)}`.execute(transaction);
      });
      const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(text).toContain(index);
      expect(text).not.toContain('Sort');
    });
  });
});
