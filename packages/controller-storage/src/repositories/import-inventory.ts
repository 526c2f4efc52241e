import {
  DomainError,
  taskImpact,
  type ImportCounts,
  type ImportedInventory,
  type ImportRules,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { plainText } from '../schema/columns.js';
import type { Executor } from './executor.js';
import { objectOf } from './variables.js';

/** Rows that a statement writes. */
const ROWS_AT_ONCE = 5_000;

/** A host or a group as it is stored, and is to be. */
interface Entry {
  readonly name: string;
  readonly variables: string;
  readonly enabled: boolean;
}
type Kind = 'hosts' | 'groups';

/** Names of tables and columns by kind. */
const links = {
  hosts: { table: 'inventory_source_hosts', column: 'host_id' },
  groups: { table: 'inventory_source_groups', column: 'group_id' },
} as const;

/**
 * Takes hosts, groups and variables over into an inventory, within a transaction.
 *
 * @throws {DomainError} `too-many-hosts`
 */
export async function importInventory(
  executor: Executor,
  rules: ImportRules,
  imported: ImportedInventory,
): Promise<ImportCounts> {
  const inventory = await executor
    .selectFrom('inventories')
    .select(['id', 'variables', 'organization_id'])
    .where('id', '=', rules.inventoryId)
    // jobs may be launched on it meanwhile
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (inventory === undefined) throw new Error('its inventory is gone');
  const hosts = await writeEntries(executor, 'hosts', rules, imported.hosts);
  const groups = await writeEntries(executor, 'groups', rules, imported.groups);
  await writeMembers(executor, rules, imported, hosts.ids, groups.ids);
  const variables = mergedVariables(inventory.variables, imported.variables, rules.overwriteVars);
  if (variables !== inventory.variables) {
    await executor
      .updateTable('inventories')
      .set({ variables, modified: sql`now()` })
      .where('id', '=', inventory.id)
      .execute();
  }
  await checkMaxHosts(executor, inventory.organization_id);
  await adaptPending(executor, inventory.id);
  return {
    hosts: imported.hosts.length,
    groups: imported.groups.length,
    hostsAdded: hosts.added,
    hostsChanged: hosts.changed,
    hostsRemoved: hosts.removed,
    groupsAdded: groups.added,
    groupsChanged: groups.changed,
    groupsRemoved: groups.removed,
  };
}

async function writeEntries(
  executor: Executor,
  kind: Kind,
  { inventoryId, sourceId, overwrite, overwriteVars }: ImportRules,
  wanted: readonly {
    readonly name: string;
    readonly variables: Readonly<Record<string, unknown>>;
    readonly enabled?: boolean | undefined;
  }[],
): Promise<{ ids: ReadonlyMap<string, number>; added: number; changed: number; removed: number }> {
  const table = sql.table(kind);
  const enabledColumn = kind === 'hosts' ? sql`enabled` : sql`true as enabled`;
  const { rows: before } = await sql<Entry>`
    select name, variables, ${enabledColumn} from ${table} where inventory_id = ${inventoryId}`.execute(
    executor,
  );
  const known = new Map(before.map((entry) => [entry.name, entry]));
  const added: Entry[] = [];
  const changed: Entry[] = [];
  for (const each of wanted) {
    const name = plainText(each.name);
    const old = known.get(name);
    const entry: Entry = {
      name,
      variables: mergedVariables(old?.variables ?? '', each.variables, overwriteVars),
      enabled: each.enabled ?? old?.enabled ?? true,
    };
    if (old === undefined) added.push(entry);
    else if (old.variables !== entry.variables || old.enabled !== entry.enabled)
      changed.push(entry);
  }
  for (const some of batches(added)) {
    const [columns, values] =
      kind === 'hosts' ? [sql`, enabled`, sql`, e.enabled`] : [sql``, sql``];
    await sql`
      insert into ${table} (inventory_id, name, variables, description${columns})
      select ${inventoryId}, e.name, e.variables, 'imported'${values} from ${unnested(some)}
      on conflict (inventory_id, name) do nothing`.execute(executor);
  }
  for (const some of batches(changed)) {
    const enabled = kind === 'hosts' ? sql`, enabled = e.enabled` : sql``;
    await sql`
      update ${table} as t set variables = e.variables, modified = now()${enabled}
      from ${unnested(some)} where t.inventory_id = ${inventoryId} and t.name = e.name`.execute(
      executor,
    );
  }
  const names = wanted.map(({ name }) => plainText(name));
  const { table: linkTable, column } = links[kind];
  await sql`
    insert into ${sql.table(linkTable)} (inventory_source_id, ${sql.ref(column)})
    select ${sourceId}, t.id from ${table} t where t.inventory_id = ${inventoryId} and t.name = any (${names}::text[])
    on conflict do nothing`.execute(executor);
  let removed = 0;
  if (overwrite) {
    const { rows: gone } = await sql<{ id: number }>`
      delete from ${sql.table(linkTable)} l using ${table} t
      where l.inventory_source_id = ${sourceId} and t.id = l.${sql.ref(column)} and t.name <> all (${names}::text[])
      returning t.id`.execute(executor);
    // what another source has brought too stays
    const { rows: deleted } = await sql<{ id: number }>`
      delete from ${table} t where t.id = any (${gone.map(({ id }) => id)}::bigint[])
        and not exists (select from ${sql.table(linkTable)} l where l.${sql.ref(column)} = t.id)
      returning t.id`.execute(executor);
    removed = deleted.length;
  }
  const { rows: now } = await sql<{ id: number; name: string }>`
    select id, name from ${table} where inventory_id = ${inventoryId} and name = any (${names}::text[])`.execute(
    executor,
  );
  const ids = new Map(now.map(({ id, name }) => [name, id]));
  return { ids, added: added.length, changed: changed.length, removed };
}

const unnested = (entries: readonly Entry[]) =>
  sql`unnest(${entries.map(({ name }) => name)}::text[], ${entries.map(({ variables }) => variables)}::text[],
    ${entries.map(({ enabled }) => enabled)}::boolean[]) as e (name, variables, enabled)`;

/** Puts hosts and groups into groups; with `overwrite` those that this source has brought leave the ones that it has them in no more. */
async function writeMembers(
  executor: Executor,
  { sourceId, overwrite }: ImportRules,
  imported: ImportedInventory,
  hostIds: ReadonlyMap<string, number>,
  groupIds: ReadonlyMap<string, number>,
): Promise<void> {
  const members: (readonly [number, number])[] = [];
  const nested: (readonly [number, number])[] = [];
  for (const group of imported.groups) {
    const id = groupIds.get(plainText(group.name));
    if (id === undefined) continue;
    for (const host of group.hosts) pair(members, id, hostIds.get(plainText(host)));
    // no group is in itself
    for (const child of group.children)
      if (child !== group.name) pair(nested, id, groupIds.get(plainText(child)));
  }
  const write = async (
    table: string,
    [first, second]: readonly [string, string],
    pairs: readonly (readonly [number, number])[],
    linked: string,
  ): Promise<void> => {
    const [a, b] = [sql.ref(first), sql.ref(second)];
    for (const some of batches(pairs)) {
      await sql`
        insert into ${sql.table(table)} (${a}, ${b})
        select * from unnest(${some.map(([one]) => one)}::bigint[], ${some.map(([, two]) => two)}::bigint[])
        on conflict do nothing`.execute(executor);
    }
    if (!overwrite) return;
    await sql`
      delete from ${sql.table(table)} m
      where m.${a} in (select group_id from inventory_source_groups where inventory_source_id = ${sourceId})
        and ${sql.raw(linked)} and not exists (
          select from unnest(${pairs.map(([one]) => one)}::bigint[], ${pairs.map(([, two]) => two)}::bigint[]) as p (a, b)
          where p.a = m.${a} and p.b = m.${b})`.execute(executor);
  };
  await write(
    'group_hosts',
    ['group_id', 'host_id'],
    members,
    `m.host_id in (select host_id from inventory_source_hosts where inventory_source_id = ${sourceId})`,
  );
  await write(
    'group_children',
    ['parent_id', 'child_id'],
    nested,
    `m.child_id in (select group_id from inventory_source_groups where inventory_source_id = ${sourceId})`,
  );
}

function pair(pairs: (readonly [number, number])[], id: number, other: number | undefined): void {
  if (other !== undefined) pairs.push([id, other]);
}

/** @throws {DomainError} `too-many-hosts` */
async function checkMaxHosts(executor: Executor, organizationId: number | null): Promise<void> {
  if (organizationId === null) return;
  const { rows } = await sql<{ name: string; max_hosts: number; hosts: number }>`
    select o.name, o.max_hosts, (select count(distinct h.name) from hosts h join inventories i on i.id = h.inventory_id
      where i.organization_id = o.id) as hosts
    from organizations o where o.id = ${organizationId} and o.max_hosts > 0`.execute(executor);
  const [found] = rows;
  if (found !== undefined && found.hosts > found.max_hosts)
    throw new DomainError(
      'too-many-hosts',
      `organization ${found.name} would have ${found.hosts} hosts; ${found.max_hosts} are allowed`,
    );
}

/** Jobs that wait for a place take as much of it as their inventory has hosts now. */
async function adaptPending(executor: Executor, inventoryId: number): Promise<void> {
  const jobs = await executor
    .selectFrom('unified_jobs')
    .select(['id', 'type', 'forks', 'job_slice_number', 'job_slice_count', 'task_impact'])
    .where('inventory_id', '=', inventoryId)
    .where('status', '=', 'pending')
    .where('type', 'in', ['job', 'ad_hoc_command'])
    .execute();
  if (jobs.length === 0) return;
  const { hosts } = await executor
    .selectFrom('hosts')
    .select((query) => query.fn.countAll<number>().as('hosts'))
    .where('inventory_id', '=', inventoryId)
    .where('enabled', '=', true)
    .executeTakeFirstOrThrow();
  for (const job of jobs) {
    const { type, forks, job_slice_number: number, job_slice_count: count } = job;
    const slice = count > 1 ? { number, count } : undefined;
    const impact =
      type === 'job'
        ? taskImpact({ type, forks, hosts, slice })
        : taskImpact({ type: 'ad_hoc_command', forks, hosts });
    if (impact === job.task_impact) continue;
    await executor
      .updateTable('unified_jobs')
      .set({ task_impact: impact })
      .where('id', '=', job.id)
      .where('status', '=', 'pending')
      .execute();
  }
}

/** Variables as they are stored: the new ones, or those that are there with the new ones over them. What is there already in another form stays in it. */
function mergedVariables(
  before: string,
  now: Readonly<Record<string, unknown>>,
  isOverwritten: boolean,
): string {
  const old = objectOf(before);
  const all = isOverwritten ? now : { ...old, ...now };
  const isSame = old !== undefined && JSON.stringify(old) === JSON.stringify(all);
  if (isSame) return before;
  return Object.keys(all).length === 0 ? '' : plainText(JSON.stringify(all));
}

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += ROWS_AT_ONCE) yield all.slice(at, at + ROWS_AT_ONCE);
}
