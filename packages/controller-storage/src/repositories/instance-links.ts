import type { UpLink } from '@receptorjs/controller-core';
import { sql } from 'kysely';
import { inTransaction, type Executor } from './executor.js';

/** Brings the links up to date with those that are up, among nodes that are registered. A link that changes neither state nor figures is not written. */
export function setLinks(executor: Executor, up: readonly UpLink[]): Promise<void> {
  const rows = up.map(({ source, target, cost, rttMs, upSince }) => ({
    source,
    target,
    cost: cost ?? null,
    rtt_ms: rttMs ?? null,
    up_since: upSince === undefined ? null : new Date(upSince).toISOString(),
  }));
  return inTransaction(executor, async (transaction) => {
    // controllers that see the mesh differently write one after the other
    await sql`select pg_advisory_xact_lock(hashtextextended('instance_links', 0))`.execute(
      transaction,
    );
    const seen = sql`(
      select distinct on (least(s.id, t.id), greatest(s.id, t.id)) s.id as source_id, t.id as target_id, u.cost, u.rtt_ms, u.up_since
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as u (source text, target text, cost double precision, rtt_ms double precision, up_since timestamptz)
      join instances s on s.hostname = u.source join instances t on t.hostname = u.target
      where s.id <> t.id)`;
    const same = sql`(l.source_id = u.source_id and l.target_id = u.target_id
      or l.source_id = u.target_id and l.target_id = u.source_id)`;
    await sql`
      update instance_links l set link_state = 'disconnected', state_since = now(), modified = now(), rtt_ms = null
      where link_state = 'established' and not exists (select from ${seen} as u where ${same})`.execute(
      transaction,
    );
    await sql`
      update instance_links l set cost = u.cost, rtt_ms = u.rtt_ms, modified = now(), link_state = 'established',
        state_since = case when abs(extract(epoch from state_since - u.up_since)) <= 5 then state_since
          else coalesce(u.up_since, case when link_state = 'established' then state_since else now() end) end
      from ${seen} as u where ${same} and link_state <> 'removing'
        and (link_state <> 'established' or l.cost is distinct from u.cost or l.rtt_ms is distinct from u.rtt_ms
          or abs(extract(epoch from l.state_since - u.up_since)) > 5)`.execute(transaction);
    await sql`
      insert into instance_links (source_id, target_id, link_state, cost, rtt_ms, state_since)
      select u.source_id, u.target_id, 'established', u.cost, u.rtt_ms, coalesce(u.up_since, now()) from ${seen} as u
      where not exists (select from instance_links l where ${same})`.execute(transaction);
  });
}
