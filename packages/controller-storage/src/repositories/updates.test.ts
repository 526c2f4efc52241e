import type {
  EngineStores,
  ImportedInventory,
  ImportRules,
  JobClaim,
} from '@receptorjs/controller-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { StoredDependencies } from './dependencies.js';
import { someJob, withFleet } from './test-fleet.js';
import { StoredUpdates } from './updates.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;

describe.each(storagesUnderTest())('updates on $kind', (under) => {
  let storage: Storage;
  let stores: EngineStores;
  let updates: StoredUpdates;
  let project: number;
  let inventory: number;
  let source: number;
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    beforeEach(async () => {
      storage = await under.empty();
      stores = await withFleet(storage);
      const { database } = storage;
      updates = new StoredUpdates(database);
      const url = 'https://git.example.com/x.git';
      const fetched = { name: 'p', scm_type: 'git' as const, scm_url: url };
      project = (
        await database
          .insertInto('projects')
          .values(fetched)
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id;
      inventory = (
        await database
          .insertInto('inventories')
          .values({ name: 'i', variables: 'old: 1' })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id;
      source = (
        await database
          .insertInto('inventory_sources')
          .values({
            ...{ name: 's', inventory_id: inventory, source: 'scm', source_project_id: project },
          })
          .returning('id')
          .executeTakeFirstOrThrow()
      ).id;
    });

    const owned = async (): Promise<JobClaim> => {
      const job = await stores.queue.create(someJob());
      await storage.database
        .updateTable('unified_jobs')
        .set({ status: 'running', started: new Date(), lease_token: 1 })
        .where('id', '=', job.id)
        .execute();
      return { jobId: job.id, token: 1 };
    };
    const rules = (more: Partial<ImportRules> = {}): ImportRules => ({
      ...{ sourceId: source, inventoryId: inventory, overwrite: false, overwriteVars: false },
      ...more,
    });
    const hosts = async (): Promise<unknown> =>
      storage.database
        .selectFrom('hosts')
        .select(['name', 'enabled', 'variables'])
        .where('inventory_id', '=', inventory)
        .orderBy('name')
        .execute();
    const some: ImportedInventory = {
      variables: { region: 'north' },
      hosts: [
        { name: 'a', enabled: true, variables: { x: 1 } },
        { name: 'b', enabled: false, variables: {} },
      ],
      groups: [
        { name: 'web', variables: { port: 80 }, hosts: ['a', 'b'], children: [] },
        { name: 'outer', variables: {}, hosts: [], children: ['web'] },
      ],
    };

    it('an import adds what is new, and is the same when it is done again', async () => {
      const claim = await owned();
      await storage.database
        .insertInto('hosts')
        .values({ inventory_id: inventory, name: 'a', variables: 'y: 2' })
        .execute();
      const counts = await updates.importInventory(claim, rules(), some);
      expect(counts).toMatchObject({ hostsAdded: 1, hostsChanged: 1, groupsAdded: 2 });
      expect(await hosts()).toEqual([
        { name: 'a', enabled: true, variables: '{"y":2,"x":1}' },
        { name: 'b', enabled: false, variables: '' },
      ]);
      const { variables } = await storage.database
        .selectFrom('inventories')
        .select('variables')
        .where('id', '=', inventory)
        .executeTakeFirstOrThrow();
      expect(variables).toBe('{"old":1,"region":"north"}');
      const again = await updates.importInventory(claim, rules(), some);
      expect(again).toMatchObject({
        hostsAdded: 0,
        hostsChanged: 0,
        groupsAdded: 0,
        groupsChanged: 0,
      });
      const members = await storage.database.selectFrom('group_hosts').selectAll().execute();
      expect(members).toHaveLength(2);
    });

    it('with overwrite what the source has no more goes, and what others have brought stays', async () => {
      const claim = await owned();
      const { database } = storage;
      await database
        .insertInto('hosts')
        .values({ inventory_id: inventory, name: 'by-hand' })
        .execute();
      await updates.importInventory(claim, rules(), some);
      const less: ImportedInventory = {
        variables: {},
        hosts: [{ name: 'a', enabled: undefined, variables: { z: 3 } }],
        groups: [{ name: 'web', variables: {}, hosts: [], children: [] }],
      };
      const over = rules({ overwrite: true, overwriteVars: true });
      const counts = await updates.importInventory(claim, over, less);
      expect(counts).toMatchObject({ hostsRemoved: 1, groupsRemoved: 1, hostsChanged: 1 });
      expect(await hosts()).toEqual([
        { name: 'a', enabled: true, variables: '{"z":3}' },
        { name: 'by-hand', enabled: true, variables: '' },
      ]);
      expect(await database.selectFrom('group_hosts').selectAll().execute()).toEqual([]);
    });

    it('an import of a controller that has lost its job, or of too many hosts, changes nothing', async () => {
      const { jobId, token } = await owned();
      const late = updates.importInventory({ jobId, token: token + 1 }, rules(), some);
      await expect(late).rejects.toMatchObject({ code: 'lease-lost' });
      const { database } = storage;
      const { id } = await database
        .insertInto('organizations')
        .values({ name: 'small', max_hosts: 1 })
        .returning('id')
        .executeTakeFirstOrThrow();
      await database.updateTable('inventories').set({ organization_id: id }).execute();
      await expect(updates.importInventory({ jobId, token }, rules(), some)).rejects.toThrow(
        'organization small would have 2 hosts; 1 are allowed',
      );
      expect(await hosts()).toEqual([]);
    });

    it('a project is what its update has found, and sources that want it follow', async () => {
      const claim = await owned();
      const { database } = storage;
      await database
        .updateTable('inventory_sources')
        .set({ update_on_project_update: true })
        .execute();
      const content = { revision: 'r1', playbooks: ['a.yml'], inventories: ['hosts'] };
      await updates.keepProject(claim, project, content);
      // the same once more is no change
      await updates.keepProject(claim, project, content);
      expect(await updates.project(project)).toMatchObject({
        ...{ scm_revision: 'r1', playbook_files: ['a.yml'], inventory_files: ['hosts'] },
      });
      const followed = await database
        .selectFrom('unified_jobs')
        .select(['type', 'launch_type', 'inventory_source_id'])
        .where('type', '=', 'inventory_update')
        .execute();
      expect(followed).toEqual([
        { type: 'inventory_update', launch_type: 'scm', inventory_source_id: source },
      ]);
    });

    it('facts are kept unless somebody else has changed them meanwhile', async () => {
      const claim = await owned();
      const { database } = storage;
      await database
        .insertInto('hosts')
        .values(['a', 'b'].map((name) => ({ inventory_id: inventory, name })))
        .execute();
      const job = (await stores.queue.get(claim.jobId))!;
      const own = { ...job, inventory_id: inventory };
      await updates.keepFacts(
        own,
        claim,
        new Map([
          ['a', { v: 1 }],
          ['gone', {}],
        ]),
      );
      expect(await updates.facts(own)).toEqual(new Map([['a', { v: 1 }]]));
      // a job that began before that does not take it back
      await updates.keepFacts(own, claim, new Map([['a', { v: 0 }]]));
      expect(await updates.facts(own)).toEqual(new Map([['a', { v: 1 }]]));
    });

    it('an update within a job is owned by who owns the job, and keeps nobody', async () => {
      const lease = await stores.leases.open('control-1', 60_000);
      const claim = await owned();
      await storage.database
        .updateTable('unified_jobs')
        .set({ lease_id: lease.id })
        .where('id', '=', claim.jobId)
        .execute();
      const update = { ...someJob({ type: 'project_update' }), project_id: project } as const;
      const child = await updates.createWithin(
        claim,
        { ...update, launch_type: 'sync', job_type: 'run' },
        'control-1',
      );
      expect(child.job).toMatchObject({ status: 'waiting', lease_id: lease.id, lease_token: 1 });
      expect(await stores.owned.acquire(lease, 10, [claim.jobId])).toEqual([]);
      const { begun } = await stores.queue.snapshot(10);
      expect(begun.find(({ id }) => id === child.job.id)).toMatchObject({ isWithinJob: true });
      await stores.owned.change(child.claim, 'start');
      await stores.owned.change(child.claim, 'succeed');
      expect(await updates.project(project)).toMatchObject({ status: 'never updated' });
    });

    it('jobs that need the same update at the same time share one, whoever looks first', async () => {
      const { database } = storage;
      await database.updateTable('projects').set({ scm_update_on_launch: true }).execute();
      await database.updateTable('inventory_sources').set({ update_on_launch: true }).execute();
      const job = (name: string) =>
        stores.queue.create({
          ...someJob({ name }),
          ...{ project_id: project, inventory_id: inventory, dependencies_processed: false },
        });
      const jobs = [await job('one'), await job('two'), await job('three')];
      const other = await stores.queue.create({ ...someJob(), dependencies_processed: false });
      const all = [await under.again(), await under.again(), await under.again()];
      await Promise.all(all.map((each) => new StoredDependencies(each.database).process(100)));
      await new StoredDependencies(database).process(100);
      const made = await database
        .selectFrom('unified_jobs')
        .select(['id', 'type', 'status'])
        .where('launch_type', '=', 'dependency')
        .orderBy('type')
        .execute();
      expect(made.map(({ type }) => type)).toEqual(['inventory_update', 'project_update']);
      const [inventoryUpdate, projectUpdate] = made.map(({ id }) => id);
      const { pending } = await stores.queue.snapshot(100);
      const on = (id: number): number[] =>
        (pending.find((each) => each.id === id)?.dependencies ?? []).map((each) => each.id).sort();
      for (const { id } of jobs) expect(on(id)).toEqual([projectUpdate, inventoryUpdate].sort());
      expect(on(inventoryUpdate!)).toEqual([projectUpdate]);
      // what others need is none of it
      expect(on(other.id)).toEqual([]);
      expect(pending.every(({ dependenciesProcessed }) => dependenciesProcessed)).toBe(true);
    });
  });
});
