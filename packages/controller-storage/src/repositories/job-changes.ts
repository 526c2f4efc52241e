import type {
  ChangePage,
  ChangePosition,
  JobChange,
  JobChanges,
  JobState,
  JobType,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import type { Executor } from './executor.js';

/** Up to where the log has been pruned, among the settings. */
const PRUNED = 'JOB_CHANGES_PRUNED';
/** The oldest transaction that may still be under way, and the one that comes next. */
const oldest = sql`pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;
const next = sql`pg_snapshot_xmax(pg_current_snapshot())::text::bigint`;

interface ChangeRow {
  readonly txid: number;
  readonly id: number;
  readonly kind: JobChange['kind'];
  readonly status: JobState;
  readonly job_id: number;
  readonly type: JobType;
  readonly unified_job_template_id: number | null;
  readonly project_id: number | null;
  readonly inventory_id: number | null;
  readonly inventory_source_id: number | null;
  readonly instance_group: string | null;
  readonly finished: Date | null;
  readonly last_event_counter: number;
}

/** The log of what becomes of jobs, in the table `job_changes`, which triggers write. A position is `transaction-id`. */
export class StoredJobChanges implements JobChanges {
  readonly #executor: Executor;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async end(): Promise<ChangePosition> {
    // what a restored backup has of the future of another server would never be told
    await sql`delete from job_changes where txid >= ${next}`.execute(this.#executor);
    const { rows } = await sql<{ txid: number }>`select ${oldest} as txid`.execute(this.#executor);
    return `${rows[0]?.txid ?? 0}-0`;
  }

  async isKnown(position: string): Promise<boolean> {
    const parsed = /^(\d{1,15})-(\d{1,15})$/.exec(position);
    if (parsed === null) return false;
    const [txid, id] = [Number(parsed[1]), Number(parsed[2])];
    const { rows } = await sql<{ is_known: boolean }>`
      select ${txid}::bigint <= ${next} and not exists (
        select from settings where key = ${PRUNED}
          and ((value->>'txid')::bigint, (value->>'id')::bigint) > (${txid}::bigint, ${id}::bigint)
      ) as is_known`.execute(this.#executor);
    return rows[0]?.is_known === true;
  }

  async after(position: ChangePosition, limit: number): Promise<ChangePage> {
    const [txid = 0, id = 0] = position.split('-').map(Number);
    const { rows } = await sql<ChangeRow>`
      select c.txid, c.id, c.kind, c.status, c.job_id, j.type, j.unified_job_template_id, j.project_id, j.inventory_id,
        j.inventory_source_id, j.finished, j.last_event_counter, g.name as instance_group
      from job_changes c
        join unified_jobs j on j.id = c.job_id
        left join instance_groups g on g.id = j.instance_group_id
      where (c.txid, c.id) > (${txid}::bigint, ${id}::bigint) and c.txid < ${oldest}
      order by c.txid, c.id limit ${limit}`.execute(this.#executor);
    const held = await sql<{ is_held: boolean }>`
      select exists (select from job_changes where txid >= ${oldest}) as is_held`.execute(
      this.#executor,
    );
    return { changes: rows.map(changeOf), isHeld: held.rows[0]?.is_held === true };
  }

  async prune(before: Date): Promise<void> {
    await sql`
      with removed as (
        delete from job_changes where created < ${before} and txid < ${oldest} returning txid, id
      ), last as (
        select txid, id from removed order by txid desc, id desc limit 1
      )
      insert into settings (key, value) select ${PRUNED}, jsonb_build_object('txid', txid, 'id', id) from last
      on conflict (key) do update set value = excluded.value, modified = now()`.execute(
      this.#executor,
    );
  }
}

const changeOf = (row: ChangeRow): JobChange => ({
  position: `${row.txid}-${row.id}`,
  kind: row.kind,
  jobId: row.job_id,
  type: row.type,
  status: row.status,
  unifiedJobTemplateId: row.unified_job_template_id,
  projectId: row.project_id,
  inventoryId: row.inventory_id,
  inventorySourceId: row.inventory_source_id,
  instanceGroup: row.instance_group ?? '',
  finished: row.finished,
  lastEventCounter: row.last_event_counter,
});
