import {
  StorageError,
  type JobClaim,
  type NewJobEvent,
  type RunPosition,
} from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { jsonText, plainText } from '../schema/columns.js';
import type { Executor } from './executor.js';

/** Names of Ansible's things are cut to so many characters. */
const LONGEST_NAME = 1024;
const name = (text: string): string => plainText(text).slice(0, LONGEST_NAME);

/**
 * Whether the commit waits for the disk: as always, or as `controller.event_commit` says. It need not where the database ends with the controller, for whoever
 * goes on with the job reads from its node what is not there, and the end of the job waits for the disk.
 */
const untilFlushed = sql`set_config('synchronous_commit',
  coalesce(current_setting('controller.event_commit', true), current_setting('synchronous_commit')), true)`;

/**
 * Stores events of a job and how far they go, in one statement, which also checks the claim: an array for each column costs less than a
 * parameter for each value. Returns the counter up to which all are stored.
 *
 * @throws {StorageError} `lease-lost`
 */
export async function storeEvents(
  executor: Executor,
  { jobId, token }: JobClaim,
  events: readonly NewJobEvent[],
  position?: RunPosition,
): Promise<number> {
  const column = <T>(value: (event: NewJobEvent) => T): T[] => events.map(value);
  const { rows } = await sql<{ last_event_counter: number }>`
    with claim as (
      select id from unified_jobs where id = ${jobId} and lease_token = ${token} for no key update
    ), stored as (
      insert into job_events (job_id, counter, uuid, parent_uuid, event, event_level, event_data, failed, changed, host_id,
        host_name, playbook, play, task, role, stdout, start_line, end_line, verbosity, created)
      select claim.id, e.* from claim, unnest(
        ${column(({ counter }) => counter)}::bigint[],
        ${column(({ uuid }) => plainText(uuid))}::text[],
        ${column(({ parent_uuid }) => plainText(parent_uuid))}::text[],
        ${column(({ event }) => plainText(event))}::text[],
        ${column(({ event_level }) => event_level)}::smallint[],
        ${column(({ event_data }) => jsonText(event_data))}::jsonb[],
        ${column(({ failed }) => failed)}::boolean[],
        ${column(({ changed }) => changed)}::boolean[],
        ${column(({ host_id }) => host_id)}::bigint[],
        ${column(({ host_name }) => name(host_name))}::text[],
        ${column(({ playbook }) => name(playbook))}::text[],
        ${column(({ play }) => name(play))}::text[],
        ${column(({ task }) => name(task))}::text[],
        ${column(({ role }) => name(role))}::text[],
        ${column(({ stdout }) => plainText(stdout))}::text[],
        ${column(({ start_line }) => start_line)}::integer[],
        ${column(({ end_line }) => end_line)}::integer[],
        ${column(({ verbosity }) => verbosity)}::smallint[],
        ${column(({ created }) => created.toISOString())}::timestamptz[]
      ) as e
      on conflict (job_id, counter) do nothing
      returning counter
    ), noted as (
      update unified_jobs set
        stored_events = stored_events + (select count(*) from stored),
        last_event_counter = greatest(last_event_counter, ${events.reduce((last, { counter }) => Math.max(last, counter), 0)}::bigint),
        run_position = coalesce(${position === undefined ? null : jsonText(position)}::jsonb, run_position),
        event_processing_finished = finished is not null
          and emitted_events = stored_events + (select count(*) from stored)
      where id = ${jobId} and lease_token = ${token}
      returning last_event_counter
    )
    select last_event_counter, pg_notify('job_events', ${String(jobId)}), ${untilFlushed} from noted`.execute(
    executor,
  );
  const [row] = rows;
  if (row !== undefined) return row.last_event_counter;
  throw new StorageError(
    'lease-lost',
    `job ${jobId} has another owner by now, or is gone: ${events.length} events were not stored`,
  );
}
