import type { JobQueue, JobRecords, ResourceStore } from '@receptorjs/controller-core';
import { KyselyResourceStore } from '../resources/kysely-resource-store.js';
import { inTransaction, type Executor } from './executor.js';
import { StoredQueue } from './job-queue.js';
import { StoredRecords } from './job-records.js';

/** Does all that `work` does with rows of resources and with jobs, or nothing of it. */
export const storesInTransaction = <Result>(
  executor: Executor,
  work: (stores: {
    readonly store: ResourceStore;
    readonly queue: JobQueue;
    readonly records: JobRecords;
  }) => Promise<Result>,
): Promise<Result> =>
  inTransaction(executor, (transaction) =>
    work({
      store: new KyselyResourceStore(transaction),
      queue: new StoredQueue(transaction),
      records: new StoredRecords(transaction),
    }),
  );
