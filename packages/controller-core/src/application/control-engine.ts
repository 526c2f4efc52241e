import type { ChangeFeed, EngineStores, StorageChannel } from '../ports/controller-storage.js';
import type { JobMesh, MeshWatch } from '../ports/mesh.js';
import type { JobTracer } from '../ports/job-tracer.js';
import type { Clock } from '../ports/clock.js';
import type { RunSource } from '../ports/run-source.js';
import { Drains } from './fleet/drains.js';
import { FleetMonitor, type DiscoveryPolicy, type OwnNode } from './fleet/fleet-monitor.js';
import { Housekeeping } from './fleet/housekeeping.js';
import { Dispatcher } from './jobs/dispatcher.js';
import { Scheduler } from './jobs/scheduler.js';
import { WokenLoop } from './time/woken-loop.js';

/** Milliseconds between two looks at the mesh, and at pending jobs that nobody has told of. */
const FLEET_MS = 15_000;
const SCHEDULE_MS = 10_000;
/** Milliseconds between two times that what was left behind is removed. */
const HOUSEKEEPING_MS = 60_000;

/** Milliseconds between two passes of the scheduler at least: what comes meanwhile is looked at together. */
const REST_MS = 20;

/** What the engine of a controller needs. */
export interface ControlEngineOptions {
  /** The node of this controller. */
  readonly hostname: string;
  readonly stores: EngineStores;
  readonly feed: ChangeFeed;
  readonly mesh: MeshWatch;
  readonly jobs: JobMesh;
  readonly source: RunSource;
  readonly clock: Clock;
  readonly own: OwnNode;
  readonly newSubmissionId: () => string;
  readonly discovery?: DiscoveryPolicy | undefined;
  /** Jobs that this process runs at once. Default 2,000. */
  readonly maxJobs?: number | undefined;
  /** Default: nothing is traced. */
  readonly tracer?: JobTracer | undefined;
  /** Told of what happens; a sentence each. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/**
 * What a controller does by itself: keeps the fleet, gives pending jobs their places, runs those that are its own. It is woken by what the storage tells, and looks by itself now and
 * then, for messages may be missed. It owns its loops.
 */
export class ControlEngine {
  readonly #options: ControlEngineOptions;
  readonly #dispatcher: Dispatcher;
  readonly #fleet: WokenLoop;
  readonly #scheduling: WokenLoop;
  readonly #housekeeping: WokenLoop;
  #unlisten: (() => Promise<void>)[] = [];

  constructor(options: ControlEngineOptions) {
    this.#options = options;
    const { hostname, stores, clock, mesh, jobs, own, discovery, onNotice } = options;
    const { instances, queue, housekeeping, leases } = stores;
    const monitor = new FleetMonitor({ mesh, instances, clock, own, discovery, onNotice });
    const drains = new Drains({ instances, housekeeping, queue, clock, onNotice });
    const tidying = { hostname, leases, instances, housekeeping, mesh, jobs, clock, onNotice };
    const housekeeper = new Housekeeping(tidying);
    const scheduler = new Scheduler({ queue, clock });
    const told = (what: string) => (error: unknown) => onNotice?.(`${what}: ${String(error)}`);
    this.#fleet = new WokenLoop({
      clock,
      intervalMs: FLEET_MS,
      restMs: REST_MS,
      run: async (signal) => {
        await drains.pass();
        await monitor.pass(signal);
      },
      onError: told('The mesh could not be looked at'),
    });
    this.#housekeeping = new WokenLoop({
      clock,
      intervalMs: HOUSEKEEPING_MS,
      run: (signal) => housekeeper.pass(signal),
      onError: told('What was left behind could not be removed'),
    });
    this.#scheduling = new WokenLoop({
      clock,
      intervalMs: SCHEDULE_MS,
      restMs: REST_MS,
      run: async () => {
        const { missed, hasMore } = await scheduler.pass();
        if (missed > 0 || hasMore) this.#scheduling.wake();
      },
      onError: told('No places could be given to jobs'),
    });
    this.#dispatcher = new Dispatcher({
      ...options,
      mesh: options.jobs,
      owned: stores.owned,
      leases: stores.leases,
      queue,
    });
  }

  /** Ids of the jobs that this controller runs. */
  get runningJobs(): readonly number[] {
    return this.#dispatcher.jobs;
  }

  /** Begins; resolves once it hears what the storage tells. */
  async start(): Promise<void> {
    const { hostname } = this.#options;
    const schedule = (): void => {
      this.#scheduling.wake();
    };
    const dispatch = (): void => {
      this.#dispatcher.wake();
    };
    const missed = (error: unknown): void => {
      this.#options.onNotice?.(`Cancels may have been missed: ${String(error)}`);
    };
    const checkCancellations = (): void => {
      this.#dispatcher.checkCancellations().catch(missed);
    };
    await this.#listen('job_pending', schedule, schedule);
    await this.#listen('job_changed', schedule, schedule);
    await this.#listen('instances', schedule, schedule);
    const checkFleet = (): void => {
      this.#fleet.wake();
    };
    await this.#listen('fleet', checkFleet, checkFleet);
    await this.#listen(
      'job_waiting',
      (name) => {
        if (name === hostname) dispatch();
      },
      dispatch,
    );
    await this.#listen(
      'job_cancel',
      (id) => {
        this.#dispatcher.cancel(Number(id)).catch(missed);
      },
      checkCancellations,
    );
    this.#fleet.start();
    this.#scheduling.start();
    this.#dispatcher.start();
    this.#housekeeping.start();
  }

  /** Looks at the mesh now. */
  checkMesh(): void {
    this.#fleet.wake();
  }

  /** Ends; jobs go on, and other controllers go on with them. */
  async stop(): Promise<void> {
    await Promise.all(this.#unlisten.splice(0).map((unlisten) => unlisten()));
    const loops = [this.#fleet, this.#scheduling, this.#housekeeping, this.#dispatcher];
    await Promise.all(loops.map((loop) => loop.stop()));
  }

  async #listen(
    channel: StorageChannel,
    onMessage: (payload: string) => void,
    onGap: () => void,
  ): Promise<void> {
    this.#unlisten.push(await this.#options.feed.listen(channel, onMessage, onGap));
  }
}
