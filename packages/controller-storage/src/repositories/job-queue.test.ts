import type { Assignment, EngineStores } from '@receptorjs/controller-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { engineStores } from './engine-stores.js';
import { expire, someJob, withFleet } from './test-fleet.js';

const onFar = (jobId: number, executionNode = 'far-1'): Assignment => ({
  jobId,
  controllerNode: 'control-1',
  executionNode,
  group: 'default',
});

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;

describe.each(storagesUnderTest())('the queue of jobs on $kind', (under) => {
  let storage: Storage;
  let stores: EngineStores;
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    beforeEach(async () => {
      storage = await under.empty();
      stores = await withFleet(storage);
    });

    it('shows the scheduler what waits and what room there is', async () => {
      const { queue } = stores;
      const first = await queue.create(someJob({ name: 'first', preferred_instance_groups: [2] }));
      const second = await queue.create(
        someJob({ type: 'project_update', depends_on: [first.id], task_impact: 1 }),
      );
      const { pending, begun, nodes, groups } = await queue.snapshot(10);
      expect(pending.map(({ id }) => id)).toEqual([first.id, second.id]);
      expect(pending[0]).toMatchObject({ impact: 5, groups: ['default'], dependencies: [] });
      expect(pending[1]?.dependencies).toEqual([
        { id: first.id, type: 'job', name: 'first', status: 'pending' },
      ]);
      expect(begun).toEqual([]);
      expect(
        nodes.map(({ hostname, capacity, consumed }) => [hostname, capacity, consumed]),
      ).toEqual([
        ['control-1', 20, 0],
        ['far-1', 20, 0],
        ['far-2', 20, 0],
      ]);
      expect(groups).toMatchObject([
        { name: 'controlplane', hostnames: ['control-1'] },
        { name: 'default', hostnames: ['far-1', 'far-2'] },
      ]);
      expect((await queue.snapshot(1)).pending).toHaveLength(1);
    });

    it('begins jobs, and takes their room', async () => {
      const { queue } = stores;
      const job = await queue.create(someJob());
      expect(await queue.begin([onFar(job.id)])).toEqual([job.id]);
      expect(await queue.begin([onFar(job.id)])).toEqual([]);
      expect(await queue.get(job.id)).toMatchObject({
        status: 'waiting',
        controller_node: 'control-1',
        execution_node: 'far-1',
        instance_group_id: 2,
      });
      const { begun, nodes, groups } = await queue.snapshot(10);
      expect(begun).toMatchObject([{ id: job.id, type: 'job' }]);
      expect(nodes.map(({ consumed }) => consumed)).toEqual([1, 5, 0]);
      expect(groups[1]).toMatchObject({ jobs: 1, forks: 5 });
    });

    it('begins no more than there is room for, whatever was decided', async () => {
      const { queue } = stores;
      const jobs = await Promise.all(Array.from({ length: 6 }, () => queue.create(someJob())));
      const begun = await queue.begin(jobs.map(({ id }) => onFar(id)));
      expect(begun).toHaveLength(4);
      expect(await queue.begin([onFar(jobs[5]?.id ?? 0)])).toEqual([]);
    });

    it('overcommits no node when several schedulers decide the same', async () => {
      const { queue } = stores;
      const others = await Promise.all([under.again(), under.again()]);
      const queues = [queue, ...others.map(({ database }) => engineStores(database).queue)];
      const jobs = await Promise.all(Array.from({ length: 12 }, () => queue.create(someJob())));
      const begun = await Promise.all(
        queues.map((each, index) =>
          each.begin(jobs.filter((_job, at) => at % 3 === index).map(({ id }) => onFar(id))),
        ),
      );
      expect(begun.flat()).toHaveLength(4);
      const { nodes } = await queue.snapshot(10);
      expect(nodes.find(({ hostname }) => hostname === 'far-1')?.consumed).toBe(20);
    });

    it('begins one of two that exclude each other, whoever decides', async () => {
      const { queue } = stores;
      await storage.database.insertInto('projects').values({ name: 'demo' }).execute();
      const update = () =>
        queue.create(someJob({ type: 'project_update', project_id: 1, task_impact: 1 }));
      const jobs = [await update(), await update()];
      const again = engineStores((await under.again()).database).queue;
      const place = (jobId: number): Assignment => ({
        jobId,
        controllerNode: 'control-1',
        executionNode: 'control-1',
        group: 'controlplane',
      });
      const begun = await Promise.all(
        jobs.map(({ id }, index) => (index === 0 ? queue : again).begin([place(id)])),
      );
      expect(begun.flat()).toHaveLength(1);
    });

    it('cancels what nobody owns at once, and tells the owner of the rest', async () => {
      const { queue, owned, leases } = stores;
      const pending = await queue.create(someJob());
      const waiting = await queue.create(someJob());
      const taken = await queue.create(someJob());
      await queue.begin([onFar(taken.id)]);
      const lease = await leases.open('control-1', 10_000);
      const [claimed] = await owned.acquire(lease, 10, []);
      expect(claimed?.job.id).toBe(taken.id);
      await queue.begin([onFar(waiting.id)]);

      expect(await queue.cancel(pending.id)).toBe('canceled');
      expect(await queue.cancel(waiting.id)).toBe('canceled');
      expect(await queue.cancel(taken.id)).toBe('requested');
      expect(await queue.cancel(pending.id)).toBe('ended');
      await expect(queue.cancel(99_999)).rejects.toMatchObject({ code: 'not-found' });
      expect(await queue.get(pending.id)).toMatchObject({
        status: 'canceled',
        failed: true,
        cancel_flag: true,
        event_processing_finished: true,
        emitted_events: 0,
      });
      expect(await queue.get(taken.id)).toMatchObject({ status: 'waiting', cancel_flag: true });
    });

    it('fails what can not run, and says why others wait', async () => {
      const { queue } = stores;
      const job = await queue.create(someJob());
      const other = await queue.create(someJob());
      await queue.explain([
        { jobId: job.id, why: 'no room\0' },
        { jobId: other.id, why: 'no place' },
      ]);
      expect(await queue.get(job.id)).toMatchObject({ job_explanation: 'no room' });
      expect(await queue.get(other.id)).toMatchObject({ job_explanation: 'no place' });
      expect(await queue.fail(job.id, 'fail', 'Previous Task Failed')).toBe(true);
      expect(await queue.fail(job.id, 'fail', 'again')).toBe(false);
      expect(await queue.get(job.id)).toMatchObject({
        status: 'failed',
        job_explanation: 'Previous Task Failed',
        event_processing_finished: true,
      });
    });

    it('notes at the template how its last job went', async () => {
      const { queue } = stores;
      const { id } = await storage.database
        .insertInto('job_templates')
        .values({ name: 'demo' })
        .returning('id')
        .executeTakeFirstOrThrow();
      const job = await queue.create(someJob({ job_template_id: id }));
      const template = () =>
        storage.database.selectFrom('job_templates').selectAll().executeTakeFirstOrThrow();
      expect(await template()).toMatchObject({ status: 'pending', last_job_id: job.id });
      await queue.fail(job.id, 'fail', 'no');
      expect(await template()).toMatchObject({ status: 'failed', last_job_failed: true });
    });

    it('shares leases out by who is alive', async () => {
      const { leases } = stores;
      const lease = await leases.open('control-1', 10_000);
      expect(await leases.renew(lease, 10_000)).toBe('kept');
      expect(await leases.alive()).toEqual(['control-1']);
      await expire(storage, lease.id);
      expect(await leases.alive()).toEqual([]);
      expect(await leases.renew(lease, 10_000)).toBe('revived');
      expect(await leases.alive()).toEqual(['control-1']);
      const second = await leases.open('control-1', 10_000);
      expect(await leases.renew(lease, 10_000)).toBe('gone');
      await leases.close(second);
      expect(await leases.renew(second, 10_000)).toBe('gone');
      const third = await leases.open('control-2', 10_000);
      await expire(storage, third.id);
      await leases.sweep(10_000);
      const left = await storage.database.selectFrom('controller_leases').select('id').execute();
      expect(left.map(({ id }) => id)).toEqual([third.id]);
    });
  });
});
