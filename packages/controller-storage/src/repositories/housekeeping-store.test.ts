import type { ClaimedJob, EngineStores } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { someEvent, someJob, withFleet } from './test-fleet.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;

describe.each(storagesUnderTest())('what is left behind on $kind', (under) => {
  let storage: Storage;
  let stores: EngineStores;
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    beforeEach(async () => {
      storage = await under.empty();
      stores = await withFleet(storage);
    });

    /** Jobs that run on far-1, each as the unit of its id. */
    async function running(count: number): Promise<readonly ClaimedJob[]> {
      const { queue, owned, leases } = stores;
      for (let at = 0; at < count; at += 1) {
        const { id: jobId } = await queue.create(someJob({ task_impact: 1 }));
        const place = { controllerNode: 'control-1', executionNode: 'far-1', group: 'default' };
        await queue.begin([{ jobId, ...place }]);
      }
      const claimed = await owned.acquire(await leases.open('control-1', 60_000), count, []);
      for (const { claim } of claimed) {
        await owned.reserve(claim, {
          id: `name-${claim.jobId}`,
          node: 'far-1',
          traceparent: '',
        });
        await owned.setUnit(claim, `unit-${claim.jobId}`);
        await owned.change(claim, 'start');
      }
      return claimed;
    }

    it('finds units of jobs that have ended for long, by their IDs and by what they tell', async () => {
      const { owned, housekeeping } = stores;
      const [first, second, third] = await running(3);
      if (!first || !second || !third) throw new Error('no jobs');
      await owned.change(first.claim, 'succeed', { emitted_events: 0 });
      await owned.change(second.claim, 'break', { emitted_events: 0 });
      const label = (jobId: number, submissionId = `name-${jobId}`) => ({ jobId, submissionId });
      const units = [
        { unitId: 'unit-1' },
        { unitId: 'other-unit', label: label(2) },
        { unitId: 'of another submission', label: label(2, 'name') },
        { unitId: 'unit-3', label: label(3) },
        { unitId: 'of nobody' },
      ];
      expect(await housekeeping.unitsOfEndedJobs('far-1', units, 60_000)).toEqual([]);
      await sql`update unified_jobs set finished = finished - interval '2 minutes'`.execute(
        storage.database,
      );
      expect(await housekeeping.unitsOfEndedJobs('far-1', units, 60_000)).toEqual([
        'unit-1',
        'other-unit',
      ]);
      expect(await housekeeping.unitsOfEndedJobs('far-2', units, 60_000)).toEqual([]);
      expect(await housekeeping.unitsOfEndedJobs('far-1', [], 0)).toEqual([]);
    });

    it('loses what is yet to end on a node that is removed, and whoever runs it writes no more', async () => {
      const { owned, housekeeping, queue } = stores;
      const [first, second] = await running(2);
      if (!first || !second) throw new Error('no jobs');
      await owned.change(first.claim, 'succeed', { emitted_events: 0 });
      await owned.storeEvents(second.claim, [someEvent(1), someEvent(2)]);
      expect(await housekeeping.remainingJobs('far-1')).toEqual([{ id: 2, isCanceled: false }]);
      await queue.cancel(2);
      expect(await housekeeping.remainingJobs('far-1')).toEqual([{ id: 2, isCanceled: true }]);
      expect(await housekeeping.loseJobs('far-1', 'far-1 was removed')).toEqual([2]);
      expect(await queue.get(1)).toMatchObject({ status: 'successful' });
      expect(await queue.get(2)).toMatchObject({
        status: 'error',
        job_explanation: 'far-1 was removed',
        lease_id: null,
        event_processing_finished: true,
      });
      await expect(owned.storeEvents(second.claim, [someEvent(3)])).rejects.toMatchObject({
        code: 'lease-lost',
      });
      expect(await housekeeping.loseJobs('far-1', 'again')).toEqual([]);
    });

    it('marks the tasks and plays of what has failed or changed, and nothing else', async () => {
      const { owned, records } = stores;
      const [job] = await running(1);
      if (!job) throw new Error('no job');
      const event = (counter: number, parent: number, more: object = {}) =>
        someEvent(counter, { parent_uuid: parent === 0 ? '' : `uuid-${parent}`, ...more });
      await owned.storeEvents(job.claim, [
        event(1, 0, { event: 'playbook_on_start' }),
        event(2, 1, { event: 'playbook_on_play_start' }),
        event(3, 2, { event: 'playbook_on_task_start' }),
        event(4, 3, { failed: true }),
        event(5, 2, { event: 'playbook_on_task_start' }),
        event(6, 5, { changed: true }),
        event(7, 1, { event: 'playbook_on_play_start' }),
        event(8, 7, { event: 'playbook_on_task_start' }),
        event(9, 8),
      ]);
      await owned.markParents(job.claim);
      const events = await records.events(1, { limit: 100 });
      const marked = (what: 'failed' | 'changed'): number[] =>
        events.filter((each) => each[what]).map(({ counter }) => counter);
      expect(marked('failed')).toEqual([1, 2, 3, 4]);
      expect(marked('changed')).toEqual([1, 2, 5, 6]);
      await expect(owned.markParents({ jobId: 1, token: 99 })).rejects.toMatchObject({
        code: 'lease-lost',
      });
    });

    it('removes sessions and tokens that have expired', async () => {
      const { database } = storage;
      const { id: user_id } = await database
        .insertInto('users')
        .values({ username: 'somebody', password: '' })
        .returning('id')
        .executeTakeFirstOrThrow();
      for (const [name, expires] of [
        ['old', new Date(0)],
        ['good', new Date(Date.now() + 3_600_000)],
      ] as const) {
        await database
          .insertInto('sessions')
          .values({ id_hash: name, user_id, csrf_token: '', expires })
          .execute();
        await database
          .insertInto('tokens')
          .values({ token_hash: name, user_id, scope: 'read', expires })
          .execute();
      }
      for (const [digest, days] of Object.entries({ late: 29, old: 31 })) {
        const expires = new Date(Date.now() - days * 86_400_000);
        await database
          .insertInto('join_tokens')
          .values({ digest, node_type: 'hop', expires })
          .execute();
      }
      expect(await stores.housekeeping.removeExpired()).toBe(3);
      const sessions = await database.selectFrom('sessions').select('id_hash').execute();
      const tokens = await database.selectFrom('tokens').select('token_hash').execute();
      const joins = await database.selectFrom('join_tokens').select('digest').execute();
      expect([sessions, tokens, joins]).toEqual([
        [{ id_hash: 'good' }],
        [{ token_hash: 'good' }],
        [{ digest: 'late' }],
      ]);
    });
  });
});
