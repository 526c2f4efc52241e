import type { ClaimedJob, EngineStores } from '@receptorjs/controller-core';
import { afterAll, assert, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { expire, someEvent, someJob, withFleet } from './test-fleet.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;

describe.each(storagesUnderTest())('jobs that controllers own, on $kind', (under) => {
  let storage: Storage;
  let stores: EngineStores;
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  /** A job that control-1 has claimed. */
  async function claimed(): Promise<ClaimedJob & { readonly leaseId: number }> {
    const job = await stores.queue.create(someJob({ start_args: 'secret' }));
    await stores.queue.begin([
      { jobId: job.id, controllerNode: 'control-1', executionNode: 'far-1', group: 'default' },
    ]);
    const lease = await stores.leases.open('control-1', 60_000);
    const [taken] = await stores.owned.acquire(lease, 10, []);
    assert(taken);
    return { ...taken, leaseId: lease.id };
  }

  describe.skipIf(under.isMissing)('with a server', () => {
    beforeEach(async () => {
      storage = await under.empty();
      stores = await withFleet(storage);
    });

    it('go from waiting to their end, with what is known of them', async () => {
      const { owned, records } = stores;
      const { claim } = await claimed();
      const submission = { id: 'submission-1', node: 'far-1', traceparent: 'one' };
      expect(await owned.reserve(claim, submission)).toEqual(submission);
      const later = { id: 'submission-2', node: 'far-2', traceparent: 'two' };
      expect(await owned.reserve(claim, later)).toEqual(submission);
      await owned.setUnit(claim, 'unit-1');
      const running = await owned.change(claim, 'start', { job_args: 'ansible-playbook' });
      expect(running).toMatchObject({ status: 'running', work_unit_id: 'unit-1', failed: false });
      expect(await owned.storeEvents(claim, [someEvent(1), someEvent(2)])).toBe(2);
      await owned.note(claim, { artifacts: { a: ['b\0'] }, play_count: 1 });
      const ended = await owned.change(claim, 'succeed', { emitted_events: 2 });
      expect(ended).toMatchObject({
        status: 'successful',
        start_args: '',
        artifacts: { a: ['b'] },
        lease_id: null,
        event_processing_finished: true,
        stored_events: 2,
      });
      expect(await records.events(claim.jobId, { limit: 10 })).toMatchObject([
        someEvent(1),
        someEvent(2),
      ]);
    });

    it('are finished with their events only when all that were emitted are stored', async () => {
      const { owned, queue } = stores;
      const { claim } = await claimed();
      await owned.change(claim, 'start');
      await owned.storeEvents(claim, [someEvent(1)]);
      expect(await owned.change(claim, 'fail', { emitted_events: 3 })).toMatchObject({
        event_processing_finished: false,
      });
      await owned.storeEvents(claim, [someEvent(2), someEvent(3)]);
      expect(await queue.get(claim.jobId)).toMatchObject({ event_processing_finished: true });
    });

    it('store an event once, and keep the text that it came with', async () => {
      const { owned, queue, records } = stores;
      const { claim } = await claimed();
      await owned.storeEvents(claim, [someEvent(1), someEvent(2)]);
      const odd = someEvent(3, {
        stdout: 'a\0"\\{},\r\nß',
        event_data: { '\\u0000': ['\0', '\\'] },
      });
      expect(await owned.storeEvents(claim, [someEvent(2, { stdout: 'other' }), odd])).toBe(3);
      const stored = await records.events(claim.jobId, { limit: 10 });
      expect(stored.map(({ stdout }) => stdout)).toEqual([
        'ok: [web-1]',
        'ok: [web-2]',
        'a"\\{},\r\nß',
      ]);
      expect(stored[2]?.event_data).toEqual({ '\\u0000': ['', '\\'] });
      expect(await queue.get(claim.jobId)).toMatchObject({
        stored_events: 3,
        last_event_counter: 3,
      });
      expect(await owned.storeEvents(claim, [])).toBe(3);
    });

    it('are adopted from a controller that is dead, which then writes nothing any more', async () => {
      const { leases, owned, queue, records } = stores;
      const first = await claimed();
      const { claim } = first;
      await owned.change(claim, 'start');
      const output = { bytes: 7, counter: 1, state: { status: 'running' } };
      const run_position = { output, line: 1, plays: 1, tasks: 0 };
      await owned.storeEvents(claim, [someEvent(1)], run_position);
      // one that says nothing of it leaves it
      await owned.storeEvents(claim, [someEvent(1)]);
      const other = await leases.open('control-2', 60_000);
      expect(await owned.adopt(other, 10)).toEqual([]);
      await expire(storage, first.leaseId);
      const [adopted] = await owned.adopt(other, 10);
      assert(adopted);
      expect(adopted).toMatchObject({
        previousController: 'control-1',
        isLocal: false,
        job: {
          status: 'running',
          last_event_counter: 1,
          controller_node: 'control-2',
          run_position,
        },
      });
      expect(adopted.claim.token).toBeGreaterThan(claim.token);
      const late = { code: 'lease-lost' };
      await expect(owned.storeEvents(claim, [someEvent(2)])).rejects.toMatchObject(late);
      await expect(owned.change(claim, 'fail')).rejects.toMatchObject(late);
      await expect(owned.note(claim, { job_args: 'late' })).rejects.toMatchObject(late);
      await expect(
        owned.reserve(claim, { id: 'late', node: 'far-1', traceparent: '' }),
      ).rejects.toMatchObject(late);
      await expect(owned.setUnit(claim, 'late')).rejects.toMatchObject(late);
      await expect(owned.storeSummaries(claim, [])).rejects.toMatchObject(late);
      await expect(owned.release(claim)).rejects.toMatchObject(late);
      expect(await records.events(claim.jobId, { limit: 10 })).toHaveLength(1);
      expect(await queue.get(claim.jobId)).toMatchObject({ status: 'running', job_args: '' });
      expect(await owned.adopt(other, 10)).toEqual([]);
      expect(await owned.storeEvents(adopted.claim, [someEvent(2)])).toBe(2);
      const ended = await owned.change(adopted.claim, 'succeed', { emitted_events: 2 });
      expect(ended.run_position).toBe(null);
    });

    it('are local where they run at the node of a controller, whoever owns them', async () => {
      const { leases, owned, queue, instances } = stores;
      await storage.database
        .updateTable('instances')
        .set({ node_type: 'hybrid' })
        .where('hostname', '=', 'control-1')
        .execute();
      await instances.recomputeGroups();
      const job = await queue.create(someJob());
      const place = { controllerNode: 'control-1', executionNode: 'control-1' };
      await queue.begin([{ jobId: job.id, ...place, group: 'default' }]);
      for (const hostname of ['control-1', 'control-2', 'control-3']) {
        const lease = await leases.open(hostname, 60_000);
        const [taken] = [...(await owned.acquire(lease, 1, [])), ...(await owned.adopt(lease, 1))];
        expect(taken).toMatchObject({ isLocal: true, job: { execution_node: 'control-1' } });
        await leases.close(lease);
      }
    });

    it('gives again what is its own and it does not know of, and says how jobs stand', async () => {
      const { claim, job, leaseId } = await claimed();
      const { owned } = stores;
      const lease = { id: leaseId, hostname: 'control-1' };
      expect(await owned.standing([job.id, 0])).toEqual([{ ...claim, isCanceled: false }]);
      expect(await owned.acquire(lease, 10, [job.id])).toEqual([]);
      const [again] = await owned.acquire(lease, 10, []);
      expect(again?.claim).toEqual({ jobId: job.id, token: claim.token + 1 });
      await stores.queue.cancel(job.id);
      expect(await owned.standing([job.id])).toMatchObject([{ isCanceled: true }]);
    });

    it('are adopted while they wait, and when they were let go', async () => {
      const { leases, owned, queue } = stores;
      const job = await queue.create(someJob({ type: 'project_update', task_impact: 1 }));
      await queue.begin([
        {
          jobId: job.id,
          controllerNode: 'control-1',
          executionNode: 'control-1',
          group: 'controlplane',
        },
      ]);
      const lease = await leases.open('control-1', 60_000);
      const other = await leases.open('control-2', 60_000);
      // it is for control-1, which is alive
      expect(await owned.adopt(other, 10)).toEqual([]);
      expect(await owned.acquire(other, 10, [])).toEqual([]);
      await leases.close(lease);
      const [adopted] = await owned.adopt(other, 10);
      expect(adopted?.job).toMatchObject({
        controller_node: 'control-2',
        execution_node: 'control-2',
        status: 'waiting',
      });
      assert(adopted);
      await owned.reserve(adopted.claim, { id: 'submission', node: 'far-1', traceparent: '' });
      await owned.release(adopted.claim);
      await expect(owned.note(adopted.claim, {})).rejects.toMatchObject({ code: 'lease-lost' });
      const again = await leases.open('control-1', 60_000);
      expect(await owned.adopt(again, 10)).toMatchObject([{ previousController: 'control-2' }]);
    });

    it('take nothing for a lease that has expired', async () => {
      const { leases, owned } = stores;
      const { claim } = await claimed();
      await owned.release(claim);
      const lease = await leases.open('control-2', 60_000);
      await expire(storage, lease.id);
      expect(await owned.adopt(lease, 10)).toEqual([]);
    });

    it('go back to the queue from a node that could not take them', async () => {
      const { owned, queue } = stores;
      const { claim } = await claimed();
      await owned.reserve(claim, { id: 'submission', node: 'far-1', traceparent: '' });
      expect(await owned.change(claim, 'give-back')).toMatchObject({
        status: 'pending',
        execution_node: '',
        submission_id: null,
        lease_id: null,
      });
      await expect(owned.note(claim, {})).rejects.toMatchObject({ code: 'lease-lost' });
      expect((await queue.snapshot(1)).pending).toHaveLength(1);
    });

    it('change as the table of states allows', async () => {
      const { owned } = stores;
      const { claim } = await claimed();
      await expect(owned.change(claim, 'succeed')).rejects.toMatchObject({
        code: 'no-such-transition',
      });
      await owned.change(claim, 'start');
      await owned.change(claim, 'succeed');
      await expect(owned.change(claim, 'cancel')).rejects.toMatchObject({
        code: 'no-such-transition',
      });
    });

    it('have summaries of hosts, which know their last job', async () => {
      const { owned, records } = stores;
      const { claim } = await claimed();
      await storage.database.insertInto('inventories').values({ name: 'demo' }).execute();
      await storage.database.insertInto('hosts').values({ inventory_id: 1, name: 'web' }).execute();
      const none = { changed: 0, dark: 0, skipped: 0, processed: 1, ignored: 0, rescued: 0 };
      const outcomes = [
        { host_name: 'gone', host_id: 77, ok: 1, failures: 0, ...none },
        { host_name: 'web', host_id: 1, ok: 1, failures: 2, ...none },
      ];
      await owned.storeSummaries(claim, outcomes);
      await owned.storeSummaries(claim, outcomes);
      expect(await records.summaries(claim.jobId)).toMatchObject([
        { host_name: 'gone', host_id: null, failed: false },
        { host_name: 'web', host_id: 1, failures: 2, failed: true },
      ]);
      const host = await storage.database.selectFrom('hosts').selectAll().executeTakeFirstOrThrow();
      expect(host).toMatchObject({ last_job_id: claim.jobId });
    });

    it('give pages of events and of output, and go with all that is theirs', async () => {
      const { owned, queue, records } = stores;
      const { claim } = await claimed();
      await owned.storeEvents(
        claim,
        [1, 2, 3, 4, 5].map((counter) => someEvent(counter, counter === 3 ? { stdout: '' } : {})),
      );
      const page = await records.events(claim.jobId, { after: 1, limit: 2 });
      expect(page.map(({ counter }) => counter)).toEqual([2, 3]);
      const lines = await records.output(claim.jobId, { fromLine: 1, limit: 2 });
      expect(lines.map(({ counter }) => counter)).toEqual([2, 4]);
      expect(await records.remove(claim.jobId)).toBe(false);
      await owned.change(claim, 'break');
      expect(await records.remove(claim.jobId)).toBe(true);
      expect(await queue.get(claim.jobId)).toBeUndefined();
      expect(await records.events(claim.jobId, { limit: 10 })).toEqual([]);
      await expect(owned.storeEvents(claim, [someEvent(6)])).rejects.toMatchObject({
        code: 'lease-lost',
      });
    });
  });
});
