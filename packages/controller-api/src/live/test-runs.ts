import { engineStores, type Storage } from '@receptorjs/controller-storage';

/** What a job of a test is made to do, as its controller would. */
export interface TestRun {
  readonly id: number;
  /** Stores events with these counters, together. */
  emit(...counters: readonly number[]): Promise<void>;
  /** Ends it; it has emitted so many events. */
  end(emitted: number): Promise<void>;
}

/** A job that runs at the controller that a storage is of: a new one, or one that is pending. */
export async function startRun({ database }: Storage, pending?: number): Promise<TestRun> {
  const { queue, owned } = engineStores(database);
  const make = () => queue.create({ type: 'job', name: 'followed', task_impact: 1 });
  const id = pending ?? (await make()).id;
  await database
    .updateTable('unified_jobs')
    .set({ status: 'waiting', lease_token: 1 })
    .where('id', '=', id)
    .execute();
  const claim = { jobId: id, token: 1 };
  await owned.change(claim, 'start');
  return {
    id,
    async emit(...counters) {
      await owned.storeEvents(claim, counters.map(eventOf));
    },
    async end(emitted) {
      await owned.change(claim, 'succeed', { emitted_events: emitted });
    },
  };
}

const eventOf = (counter: number) => ({
  counter,
  uuid: `uuid-${counter}`,
  parent_uuid: '',
  event: 'runner_on_ok',
  event_level: 3,
  event_data: { res: { changed: false } },
  failed: false,
  changed: false,
  host_id: null,
  host_name: 'web-1',
  playbook: 'site.yml',
  play: 'All',
  task: 'Ping',
  role: '',
  stdout: `ok: [web-${counter}]`,
  start_line: counter - 1,
  end_line: counter,
  verbosity: 0,
  created: new Date(1_700_000_000_000 + counter),
});
