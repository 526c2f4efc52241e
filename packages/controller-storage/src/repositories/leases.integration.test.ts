import {
  StorageError,
  type ClaimedJob,
  type ControllerLease,
  type EngineStores,
} from '@receptorjs/controller-core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Storage } from '../database/storage.js';
import { storagesUnderTest } from '../testing/storages-under-test.js';
import { engineStores } from './engine-stores.js';
import { expire, someEvent, someJob, withFleet } from './test-fleet.js';

const START_MS = 120_000;
const RUNS_MS = 300_000;
const JOBS = 3;
/** Events that the worker of each job has sent, which can be read from any of them on. */
const EVENTS = 5;

/** What a controller may do; `stall` is what ends its lease while it goes on without knowing. */
const steps = [
  'take',
  'take',
  'start',
  'store',
  'store',
  'end',
  'stall',
  'renew',
  'release',
] as const;
type Step = (typeof steps)[number];

interface Held {
  readonly claim: ClaimedJob['claim'];
  cursor: number;
}

/** A controller that does as it is told, and believes that it owns what it has been given until a write is refused. */
class Controller {
  readonly #held = new Map<number, Held>();
  /** Tokens that it was given. */
  readonly tokens: string[] = [];
  ended = 0;
  #lease: ControllerLease | undefined;

  constructor(
    private readonly name: string,
    private readonly storage: Storage,
    private readonly stores: EngineStores,
  ) {}

  async do(step: Step): Promise<void> {
    const { leases, owned } = this.stores;
    switch (step) {
      case 'take':
        this.#lease ??= await leases.open(this.name, 60_000);
        this.#take(await owned.acquire(this.#lease, 2, [...this.#held.keys()]));
        this.#take(await owned.adopt(this.#lease, 2));
        return;
      case 'stall':
        if (this.#lease) await expire(this.storage, this.#lease.id);
        return;
      case 'renew':
        if (this.#lease && (await leases.renew(this.#lease, 60_000)) === 'gone')
          this.#lease = undefined;
        return;
      default:
        for (const [jobId, held] of [...this.#held]) await this.#write(step, jobId, held);
    }
  }

  async #write(
    step: 'start' | 'store' | 'end' | 'release',
    jobId: number,
    held: Held,
  ): Promise<void> {
    const { owned } = this.stores;
    try {
      if (step === 'start') await owned.change(held.claim, 'start');
      else if (step === 'release') {
        await owned.release(held.claim);
        this.#held.delete(jobId);
      } else if (step === 'end') {
        if (held.cursor < EVENTS) return;
        await owned.change(held.claim, 'succeed', { emitted_events: EVENTS });
        this.ended += 1;
      } else {
        const batch = [held.cursor + 1, held.cursor + 2].filter((counter) => counter <= EVENTS);
        await owned.storeEvents(
          held.claim,
          batch.map((counter) => someEvent(counter, { event_data: { token: held.claim.token } })),
        );
        held.cursor = batch.at(-1) ?? held.cursor;
      }
    } catch (error) {
      const { code } = error as { code?: string };
      if (error instanceof StorageError && code === 'lease-lost') this.#held.delete(jobId);
      else if (code !== 'no-such-transition') throw error;
    }
  }

  #take(jobs: readonly ClaimedJob[]): void {
    for (const { claim, job } of jobs) {
      this.tokens.push(`${job.id} ${claim.token}`);
      this.#held.set(job.id, { claim, cursor: job.last_event_counter });
    }
  }
}

describe.each(storagesUnderTest())('controllers in any order on $kind', (under) => {
  beforeAll(() => under.start(), START_MS);
  afterAll(() => under.stop(), START_MS);

  it.skipIf(under.isMissing)(
    'never own a job together, and lose and double no event',
    async () => {
      const connections = [await under.again(), await under.again()];
      const script = fc.array(fc.constantFrom(...steps), { minLength: 5, maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(script, script, script, async (...scripts) => {
          const storage = await under.empty();
          const stores = await withFleet(storage);
          for (let at = 0; at < JOBS; at += 1) {
            const { id } = await stores.queue.create(someJob());
            await stores.queue.begin([
              { jobId: id, controllerNode: 'control-1', executionNode: 'far-1', group: 'default' },
            ]);
          }
          const controllers = scripts.map((_script, at) => {
            const own = connections[at] ?? storage;
            return new Controller(`control-${at + 1}`, own, engineStores(own.database));
          });
          await Promise.all(
            scripts.map(async (script, at) => {
              for (const each of script) await controllers[at]?.do(each);
            }),
          );
          // all die; one comes that does the rest
          await storage.database
            .updateTable('controller_leases')
            .set({ expires: new Date(0) })
            .execute();
          const last = new Controller('control-9', storage, stores);
          for (const each of ['take', 'take', 'start', 'store', 'store', 'store', 'end'] as const) {
            await last.do(each);
          }
          controllers.push(last);

          const tokens = controllers.flatMap((controller) => controller.tokens);
          expect(new Set(tokens).size).toBe(tokens.length);
          expect(controllers.reduce((sum, { ended }) => sum + ended, 0)).toBe(JOBS);
          for (let id = 1; id <= JOBS; id += 1) {
            expect(await stores.queue.get(id)).toMatchObject({
              status: 'successful',
              stored_events: EVENTS,
              event_processing_finished: true,
            });
            const events = await stores.records.events(id, { limit: 100 });
            expect(events.map(({ counter }) => counter)).toEqual([1, 2, 3, 4, 5]);
            // what an earlier owner wrote comes before all that a later one did
            const writers = events.map(({ event_data }) => Number(event_data['token']));
            expect(writers).toEqual([...writers].sort((a, b) => a - b));
          }
        }),
        { numRuns: 60 },
      );
    },
    RUNS_MS,
  );
});
