import type { EngineStores } from '@receptorjs/controller-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { engineStores } from './engine-stores.js';
import { withFleet } from './test-fleet.js';

/** A server or a database takes seconds to come up, and longer on a busy machine. */
const START_MS = 120_000;

describe.each(storagesUnderTest())('instances on $kind', (under) => {
  let storage: Storage;
  let stores: EngineStores;
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  describe.skipIf(under.isMissing)('with a server', () => {
    beforeEach(async () => {
      storage = await under.empty();
      stores = await withFleet(storage);
    });

    it('are registered once, by whoever finds them first', async () => {
      const again = engineStores((await under.again()).database).instances;
      const found = await Promise.all(
        [stores.instances, again].map((instances) =>
          instances.discover({ hostname: 'new', nodeType: 'execution', version: 'v' }),
        ),
      );
      expect(found.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(found[0]?.instance).toMatchObject({ hostname: 'new', node_state: 'installed' });
      expect(await stores.instances.list()).toHaveLength(4);
    });

    it('lose their capacity when they are unwell, and have it back', async () => {
      const { instances, queue } = stores;
      expect(await instances.get('far-1')).toMatchObject({ node_state: 'ready', capacity: 20 });
      expect(await instances.change('far-1', 'unhealthy', 'no podman')).toMatchObject({
        node_state: 'unavailable',
        capacity: 0,
        errors: 'no podman',
      });
      const { nodes, groups } = await queue.snapshot(1);
      expect(nodes.map(({ hostname }) => hostname)).toEqual(['control-1', 'far-2']);
      expect(groups[1]?.hostnames).toEqual(['far-2']);
      const health = { cpu: 0.5, memory: 2 ** 40, cpuCapacity: 2, memCapacity: 3, capacity: 3 };
      await instances.healthy('far-1', { ...health, version: 'v', uuid: 'u' });
      expect(await instances.get('far-1')).toMatchObject({
        node_state: 'ready',
        capacity: 3,
        cpu: '0.500',
        memory: 2 ** 40,
        errors: '',
      });
      expect(
        await instances.healthy('nobody', { ...health, version: 'v', uuid: 'u' }),
      ).toBeUndefined();
    });

    it('that were removed stay away until somebody registers them', async () => {
      const { instances } = stores;
      expect(await instances.remove('far-2')).toBe(true);
      expect(await instances.remove('far-2')).toBe(false);
      expect([...(await instances.removed())]).toEqual(['far-2']);
      await storage.database
        .insertInto('instances')
        .values({ hostname: 'far-2', node_type: 'execution', node_state: 'installed' })
        .execute();
      expect([...(await instances.removed())]).toEqual([]);
    });

    it('are checked again when a person wants it, once', async () => {
      const { instances } = stores;
      const long = new Date(0);
      expect(await instances.claimHealthCheck('far-1', long)).toBe(true);
      expect(await instances.claimHealthCheck('far-1', long)).toBe(false);
      await storage.database
        .updateTable('instances')
        .set({ health_check_requested: new Date(Date.now() + 60_000) })
        .where('hostname', '=', 'far-1')
        .execute();
      expect(await instances.claimHealthCheck('far-1', long)).toBe(true);
    });

    it('tell controllers when a person wants something of them, and not when they are seen or checked', async () => {
      let told = 0;
      const unlisten = await storage.listen('fleet', { onMessage: () => (told += 1) });
      const { database } = storage;
      const after = async (work: Promise<unknown>): Promise<number> => {
        const before = told;
        await work;
        // messages come in order: this one after those of the work
        const echo = new Promise<void>((resolve) => {
          void storage.listen('echo', { onMessage: () => resolve() }).then(async (end) => {
            await storage.notify('echo', '');
            return end;
          });
        });
        await echo;
        return told - before;
      };
      const far = database.updateTable('instances').where('hostname', '=', 'far-1');
      expect(await after(far.set({ capacity_adjustment: '0.50' }).execute())).toBe(1);
      expect(await after(far.set({ node_state: 'deprovisioning' }).execute())).toBe(1);
      expect(await after(far.set({ last_seen: new Date(), capacity: 3 }).execute())).toBe(0);
      const groups = database.updateTable('instance_groups').where('name', '=', 'default');
      expect(await after(groups.set({ policy_instance_percentage: 50 }).execute())).toBe(1);
      expect(await after(groups.set({ max_forks: 5 }).execute())).toBe(0);
      await unlisten();
    });

    it('change as the table of states allows', async () => {
      await stores.instances.change('far-1', 'deprovision');
      await expect(stores.instances.change('far-1', 'register')).rejects.toMatchObject({
        code: 'no-such-transition',
      });
      expect(await stores.instances.remove('far-1')).toBe(true);
      expect(await stores.instances.remove('far-1')).toBe(false);
    });

    it('are seen at the latest time that was told', async () => {
      const { instances } = stores;
      await instances.recordLastSeen(
        new Map([
          ['far-1', new Date(2000)],
          ['nobody', new Date(1)],
        ]),
      );
      await instances.recordLastSeen(
        new Map([
          ['far-1', new Date(1000)],
          ['far-2', new Date(3000)],
        ]),
      );
      expect((await instances.get('far-1'))?.last_seen).toEqual(new Date(2000));
      expect((await instances.get('far-2'))?.last_seen).toEqual(new Date(3000));
    });

    it('are checked by one controller', async () => {
      const { instances } = stores;
      const again = engineStores((await under.again()).database).instances;
      const since = new Date(Date.now() - 60_000);
      const claims = await Promise.all(
        [instances, again].map((each) => each.claimHealthCheck('far-1', since)),
      );
      expect(claims.sort()).toEqual([false, true]);
      expect(await instances.claimHealthCheck('far-1', new Date(Date.now() + 60_000))).toBe(true);
    });

    it('have links that come, go and come again', async () => {
      const { instances } = stores;
      const links = () =>
        storage.database
          .selectFrom('instance_links as l')
          .innerJoin('instances as s', 's.id', 'l.source_id')
          .innerJoin('instances as t', 't.id', 'l.target_id')
          .select([
            's.hostname as source',
            't.hostname as target',
            'l.link_state',
            'l.cost',
            'l.state_since',
          ])
          .orderBy('l.id')
          .execute();
      await instances.setLinks([
        { source: 'control-1', target: 'far-1', cost: 1, rttMs: 2 },
        { source: 'far-1', target: 'control-1', cost: 1 },
        { source: 'far-2', target: 'far-1' },
        { source: 'far-2', target: 'stranger' },
      ]);
      expect(await links()).toMatchObject([
        { link_state: 'established' },
        { source: 'far-2', target: 'far-1', link_state: 'established', cost: null },
      ]);
      const [before] = await links();
      // the other end tells of it now
      await instances.setLinks([{ source: 'far-1', target: 'control-1', cost: 3 }]);
      const [kept, gone] = await links();
      expect(kept).toMatchObject({ cost: 3, state_since: before?.state_since });
      expect(gone?.link_state).toBe('disconnected');
      await instances.setLinks([{ source: 'far-1', target: 'far-2' }]);
      expect((await links()).map(({ link_state }) => link_state)).toEqual([
        'disconnected',
        'established',
      ]);
    });

    it('are in the groups that their policies say', async () => {
      const groups = async () =>
        (await stores.queue.snapshot(1)).groups.map(({ name, hostnames }) => [name, hostnames]);
      expect(await groups()).toEqual([
        ['controlplane', ['control-1']],
        ['default', ['far-1', 'far-2']],
      ]);
      await storage.database
        .updateTable('instance_groups')
        .set({ policy_instance_percentage: 0, policy_instance_list: '["far-2"]' })
        .where('name', '=', 'default')
        .execute();
      await stores.instances.recomputeGroups();
      expect(await groups()).toEqual([
        ['controlplane', ['control-1']],
        ['default', ['far-2']],
      ]);
    });
  });
});
