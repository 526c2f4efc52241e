import type { ControllerLeases } from './controller-leases.js';
import type { HousekeepingStore } from './housekeeping-store.js';
import type { InstanceStore } from './instance-store.js';
import type { JobQueue } from './job-queue.js';
import type { JobRecords } from './job-records.js';
import type { OwnedJobs } from './owned-jobs.js';

/**
 * What is told to all controllers when it has been committed; messages carry ids alone, and some may be missed:
 *
 * - `job_pending`: there is something for the scheduler; the id of a job
 * - `job_waiting`: a job waits for a controller; its hostname
 * - `job_changed`: the state of a job has changed; its id
 * - `job_cancel`: the owner of a job is to end it; its id
 * - `job_events`: events of a job were stored; its id
 * - `instances`: the state or capacity of a node has changed; its hostname
 * - `fleet`: a person wants something else of nodes or groups
 */
export const storageChannels = [
  'job_pending',
  'job_waiting',
  'job_changed',
  'job_cancel',
  'job_events',
  'instances',
  'fleet',
] as const;
export type StorageChannel = (typeof storageChannels)[number];

/** All that the engine keeps. */
export interface EngineStores {
  readonly leases: ControllerLeases;
  readonly queue: JobQueue;
  readonly owned: OwnedJobs;
  readonly records: JobRecords;
  readonly instances: InstanceStore;
  readonly housekeeping: HousekeepingStore;
}

/** Hears what is told. */
export interface ChangeFeed {
  /**
   * Listens until the returned function is called.
   *
   * @param onGap messages may have been missed: look at everything
   */
  listen(
    channel: StorageChannel,
    onMessage: (payload: string) => void,
    onGap?: () => void,
  ): Promise<() => Promise<void>>;
}
