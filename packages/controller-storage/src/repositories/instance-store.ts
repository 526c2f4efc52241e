import type {
  Instance,
  InstanceEvent,
  InstanceHealth,
  InstanceStore,
  NewInstance,
  UpLink,
} from '@receptorjs/controller-core';
import { nextInstanceState } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { plainText } from '../schema/columns.js';
import { inTransaction, tell, type Executor } from './executor.js';
import { recomputeGroups } from './instance-groups.js';
import { setLinks } from './instance-links.js';

/** Nodes of the mesh, in the table `instances`. */
export class StoredInstances implements InstanceStore {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  list(): Promise<readonly Instance[]> {
    return this.#executor.selectFrom('instances').selectAll().orderBy('id').execute();
  }

  async get(hostname: string): Promise<Instance | undefined> {
    return this.#executor
      .selectFrom('instances')
      .selectAll()
      .where('hostname', '=', hostname)
      .executeTakeFirst();
  }

  discover({
    hostname,
    nodeType,
    managed = false,
    approved = true,
    version = '',
  }: NewInstance): Promise<{ readonly instance: Instance; readonly isNew: boolean }> {
    return inTransaction(this.#executor, async (transaction) => {
      const added = await transaction
        .insertInto('instances')
        .values({
          hostname,
          node_type: nodeType,
          node_state: 'installed',
          managed,
          approved,
          version,
        })
        .onConflict((conflict) => conflict.column('hostname').doNothing())
        .returningAll()
        .executeTakeFirst();
      if (added) {
        await tell(transaction, ['instances', hostname]);
        return { instance: added, isNew: true };
      }
      const instance = await transaction
        .selectFrom('instances')
        .selectAll()
        .where('hostname', '=', hostname)
        .executeTakeFirstOrThrow();
      return { instance, isNew: false };
    });
  }

  async recordLastSeen(times: ReadonlyMap<string, Date>): Promise<void> {
    if (times.size === 0) return;
    // in one order, so that two controllers don't wait for each other
    const rows = [...times].sort(([a], [b]) => (a < b ? -1 : 1));
    await sql`
      with seen as materialized (
        select i.id, s.at from unnest(${rows.map(([hostname]) => hostname)}::text[],
          ${rows.map(([, at]) => at.toISOString())}::timestamptz[]) as s (hostname, at)
        join instances i on i.hostname = s.hostname
        where i.last_seen is null or i.last_seen < s.at
        order by i.id for no key update of i
      )
      update instances set last_seen = greatest(last_seen, seen.at) from seen where instances.id = seen.id`.execute(
      this.#executor,
    );
  }

  async claimHealthCheck(hostname: string, notSince: Date): Promise<boolean> {
    const { numUpdatedRows } = await this.#executor
      .updateTable('instances')
      .set({ health_check_started: sql`now()` })
      .where('hostname', '=', hostname)
      .where((where) =>
        where.or([
          where('health_check_started', 'is', null),
          where('health_check_started', '<', notSince),
          sql<boolean>`health_check_requested > health_check_started`,
        ]),
      )
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  }

  healthy(hostname: string, health: InstanceHealth): Promise<Instance | undefined> {
    return this.#change(hostname, 'healthy', {
      cpu: health.cpu,
      memory: health.memory,
      cpu_capacity: health.cpuCapacity,
      mem_capacity: health.memCapacity,
      capacity: health.capacity,
      version: plainText(health.version),
      uuid: plainText(health.uuid),
      errors: '',
      last_health_check: sql<Date>`now()`,
    });
  }

  change(hostname: string, event: InstanceEvent, errors = ''): Promise<Instance | undefined> {
    const losesCapacity = event === 'unhealthy' || event === 'shut-down';
    return this.#change(
      hostname,
      event,
      losesCapacity
        ? { capacity: 0, cpu_capacity: 0, mem_capacity: 0, errors: plainText(errors) }
        : { errors: plainText(errors) },
    );
  }

  #change(hostname: string, event: InstanceEvent, columns: object): Promise<Instance | undefined> {
    return inTransaction(this.#executor, async (transaction) => {
      const before = await transaction
        .selectFrom('instances')
        .select(['node_state', 'capacity'])
        .where('hostname', '=', hostname)
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (before === undefined) return undefined;
      const node_state = nextInstanceState(before.node_state, event);
      const instance = await transaction
        .updateTable('instances')
        .set({ ...columns, node_state, modified: sql`now()` })
        .where('hostname', '=', hostname)
        .returningAll()
        .executeTakeFirstOrThrow();
      if (node_state !== before.node_state || instance.capacity !== before.capacity) {
        await tell(transaction, ['instances', hostname], ['job_pending', '']);
      }
      return instance;
    });
  }

  remove(hostname: string): Promise<boolean> {
    return inTransaction(this.#executor, async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('instances')
        .where('hostname', '=', hostname)
        .executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) return false;
      await transaction
        .insertInto('removed_instances')
        .values({ hostname })
        .onConflict((conflict) => conflict.column('hostname').doUpdateSet({ removed: sql`now()` }))
        .execute();
      await tell(transaction, ['instances', hostname]);
      return true;
    });
  }

  async removed(): Promise<ReadonlySet<string>> {
    const rows = await this.#executor.selectFrom('removed_instances').select('hostname').execute();
    return new Set(rows.map(({ hostname }) => hostname));
  }

  setLinks(up: readonly UpLink[]): Promise<void> {
    return setLinks(this.#executor, up);
  }

  recomputeGroups(): Promise<void> {
    return recomputeGroups(this.#executor);
  }
}
