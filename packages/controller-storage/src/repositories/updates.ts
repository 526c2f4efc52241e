import {
  inventoryUpdateJob,
  preferredGroups,
  type ClaimedJob,
  type ImportCounts,
  type ImportedInventory,
  type ImportRules,
  type InventorySource,
  type JobClaim,
  type NewJob,
  type Project,
  type ProjectContent,
  type UnifiedJob,
  type UpdateStore,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { jsonText, plainText } from '../schema/columns.js';
import { inTransaction, tell, type Executor } from './executor.js';
import { importInventory } from './import-inventory.js';
import { jobColumns } from './job-columns.js';
import { KyselyResourceStore } from '../resources/kysely-resource-store.js';
import { StoredQueue } from './job-queue.js';
import { leaseLost } from './owned-jobs.js';

/** Hosts whose facts are stored by one statement. */
const FACTS_AT_ONCE = 500;

/** What updates of projects and inventories read and write. */
export class StoredUpdates implements UpdateStore {
  constructor(private readonly executor: Executor) {}

  project(id: number): Promise<Project | undefined> {
    return this.executor.selectFrom('projects').selectAll().where('id', '=', id).executeTakeFirst();
  }

  source(id: number): Promise<InventorySource | undefined> {
    return this.executor
      .selectFrom('inventory_sources')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
  }

  createWithin(parent: JobClaim, job: NewJob, hostname: string): Promise<ClaimedJob> {
    const { type, name, credentials: _, instance_groups: __, depends_on: ___, ...rest } = job;
    return inTransaction(this.executor, async (transaction) => {
      const { lease_id } = await locked(transaction, parent);
      const created = await transaction
        .insertInto('unified_jobs')
        .values({
          ...jobColumns(rest),
          type,
          name: plainText(name),
          status: 'waiting',
          controller_node: hostname,
          execution_node: hostname,
          lease_id,
          lease_token: 1,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await transaction
        .updateTable('unified_jobs')
        .set({ source_project_update_id: created.id })
        .where('id', '=', parent.jobId)
        .execute();
      await tell(transaction, ['job_changed', created.id]);
      const claim = { jobId: created.id, token: 1 };
      return { job: created, claim, previousController: '', isLocal: true };
    });
  }

  keepProject(
    claim: JobClaim,
    projectId: number,
    { revision, playbooks, inventories }: ProjectContent,
  ): Promise<void> {
    return inTransaction(this.executor, async (transaction) => {
      await locked(transaction, claim);
      const before = await transaction
        .selectFrom('projects')
        .select('scm_revision')
        .where('id', '=', projectId)
        .forUpdate()
        .executeTakeFirst();
      await transaction
        .updateTable('projects')
        .set({
          scm_revision: revision,
          playbook_files: jsonText(playbooks),
          inventory_files: jsonText(inventories),
        })
        .where('id', '=', projectId)
        .execute();
      if (before !== undefined && before.scm_revision !== revision)
        await updateSources(transaction, projectId);
    });
  }

  importInventory(
    claim: JobClaim,
    rules: ImportRules,
    imported: ImportedInventory,
  ): Promise<ImportCounts> {
    return inTransaction(this.executor, async (transaction) => {
      await locked(transaction, claim);
      return importInventory(transaction, rules, imported);
    });
  }

  async facts({
    inventory_id: id,
  }: UnifiedJob): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    if (id === null) return new Map();
    const rows = await this.executor
      .selectFrom('host_facts as f')
      .innerJoin('hosts as h', 'h.id', 'f.host_id')
      .where('h.inventory_id', '=', id)
      .select(['h.name', 'f.facts'])
      .execute();
    return new Map(rows.map(({ name, facts }) => [name, facts]));
  }

  keepFacts(
    job: UnifiedJob,
    claim: JobClaim,
    facts: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  ): Promise<void> {
    const { inventory_id: inventory } = job;
    if (inventory === null || facts.size === 0) return Promise.resolve();
    return inTransaction(this.executor, async (transaction) => {
      const { started } = await locked(transaction, claim);
      const since = started ?? new Date(0);
      const all = [...facts];
      for (let at = 0; at < all.length; at += FACTS_AT_ONCE) {
        const some = all.slice(at, at + FACTS_AT_ONCE);
        const names = some.map(([name]) => name);
        const texts = some.map(([, value]) => jsonText(value));
        await sql`
          insert into host_facts (host_id, facts)
          select h.id, g.facts::jsonb from unnest(${names}::text[], ${texts}::text[]) as g (name, facts)
            join hosts h on h.inventory_id = ${inventory} and h.name = g.name
          on conflict (host_id) do update set facts = excluded.facts, modified = now()
            where host_facts.facts is distinct from excluded.facts and host_facts.modified <= ${since}`.execute(
          transaction,
        );
      }
      // a slice has seen some of the hosts alone
      if (job.job_slice_count > 1) return;
      await sql`
        delete from host_facts using hosts h
        where h.id = host_facts.host_id and h.inventory_id = ${inventory} and host_facts.modified <= ${since}
          and h.enabled and h.created <= ${since} and h.name <> all (${[...facts.keys()]}::text[])`.execute(
        transaction,
      );
    });
  }
}

/** Has the sources brought up to date that want it when their project has changed. */
async function updateSources(transaction: Executor, projectId: number): Promise<void> {
  const sources: readonly InventorySource[] = await transaction
    .selectFrom('inventory_sources')
    .selectAll()
    .where('source_project_id', '=', projectId)
    .where('update_on_project_update', '=', true)
    .orderBy('id')
    .execute();
  for (const source of sources) {
    const store = new KyselyResourceStore(transaction);
    const groups = await preferredGroups(store, undefined, source.inventory_id);
    const more = { groups, dependsOnProject: false };
    await new StoredQueue(transaction).create(
      inventoryUpdateJob(source, { launchType: 'scm' }, more),
    );
  }
}

/** Locks the row of a job that is still the caller's. @throws {StorageError} `lease-lost` */
async function locked(
  transaction: Executor,
  { jobId, token }: JobClaim,
): Promise<Pick<UnifiedJob, 'lease_id' | 'started'>> {
  const job = await transaction
    .selectFrom('unified_jobs')
    .select(['lease_id', 'started'])
    .where('id', '=', jobId)
    .where('lease_token', '=', token)
    // others may link to it meanwhile
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (job === undefined) throw leaseLost(jobId);
  return job;
}
