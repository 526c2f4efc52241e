import type { ChangeFeed, EngineStores } from '@receptorjs/controller-core';
import type { Storage } from '../database/storage.js';
import { StoredLeases } from './controller-leases.js';
import type { Executor } from './executor.js';
import { StoredHousekeeping } from './housekeeping-store.js';
import { StoredInstances } from './instance-store.js';
import { StoredQueue } from './job-queue.js';
import { StoredRecords } from './job-records.js';
import { StoredOwnedJobs } from './owned-jobs.js';

/** What the engine keeps, over a database or over a transaction of it. */
export function engineStores(executor: Executor): EngineStores {
  return {
    leases: new StoredLeases(executor),
    queue: new StoredQueue(executor),
    owned: new StoredOwnedJobs(executor),
    records: new StoredRecords(executor),
    instances: new StoredInstances(executor),
    housekeeping: new StoredHousekeeping(executor),
  };
}

/** What is told about the database of a storage. */
export const changeFeed = (storage: Storage): ChangeFeed => ({
  listen: (channel, onMessage, onGap) => storage.listen(channel, { onMessage, onGap }),
});
