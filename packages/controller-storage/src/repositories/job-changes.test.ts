import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { engineStores } from './engine-stores.js';
import { StoredJobChanges } from './job-changes.js';
import { someJob } from './test-fleet.js';

const START_MS = 120_000;

describe.each(storagesUnderTest())('the log of changes of jobs on $kind', (under) => {
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    let storage: Storage;
    let changes: StoredJobChanges;
    beforeEach(async () => {
      storage = await under.empty();
      changes = new StoredJobChanges(storage.database);
    });
    const queue = () => engineStores(storage.database).queue;

    it('tells each change once, from any position on, to whoever reads it', async () => {
      const start = await changes.end();
      const { id } = await queue().create(someJob());
      await queue().cancel(id);
      const all = await changes.after(start, 10);
      expect(all.changes).toMatchObject([
        { kind: 'status', jobId: id, status: 'pending', type: 'job' },
        { kind: 'status', jobId: id, status: 'canceled' },
        { kind: 'complete', jobId: id },
      ]);
      const [first] = (await changes.after(start, 1)).changes;
      const rest = await changes.after(first!.position, 10);
      expect(rest.changes).toEqual(all.changes.slice(1));
      expect((await changes.after(all.changes.at(-1)!.position, 10)).changes).toEqual([]);
    });

    it('knows what it has removed, and positions that are none', async () => {
      const start = await changes.end();
      await queue().create(someJob());
      const [first] = (await changes.after(start, 10)).changes;
      expect(await changes.isKnown(start)).toBe(true);
      await changes.prune(new Date(Date.now() + 60_000));
      expect(await changes.isKnown(start)).toBe(false);
      expect(await changes.isKnown(first!.position)).toBe(true);
      expect(await changes.isKnown('9000000000-1')).toBe(false);
      expect(await changes.isKnown('1; drop')).toBe(false);
    });

    it.skipIf(under.kind === 'pglite')(
      'holds back what was committed out of order until it can be told in order',
      async () => {
        const [slow, fast] = [await under.again(), await under.again()];
        const start = await changes.end();
        const slowJob = await slow.database.transaction().execute(async (transaction) => {
          const job = await engineStores(transaction).queue.create(someJob());
          await engineStores(fast.database).queue.create(someJob());
          expect(await changes.after(start, 10)).toEqual({ changes: [], isHeld: true });
          return job;
        });
        const { changes: told, isHeld } = await changes.after(start, 10);
        expect(isHeld).toBe(false);
        expect(told.map(({ jobId }) => jobId)).toEqual([slowJob.id, slowJob.id + 1]);
      },
    );

    it('drops what a backup of another server has of its own future', async () => {
      await sql`insert into job_changes (txid, job_id, kind, status) values (9000000000, 1, 'status', 'new')`.execute(
        storage.database,
      );
      const start = await changes.end();
      expect(await changes.after(start, 10)).toEqual({ changes: [], isHeld: false });
    });
  });
});
