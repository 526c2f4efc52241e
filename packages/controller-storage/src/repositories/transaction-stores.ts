import type { EngineStores, JoinStore, ResourceStore } from '@receptorjs/controller-core';
import { KyselyResourceStore } from '../resources/kysely-resource-store.js';
import { engineStores } from './engine-stores.js';
import { inTransaction, type Executor } from './executor.js';
import { StoredJoins } from './join-store.js';

/** Does all that `work` does with rows of resources and with jobs, or nothing of it. */
export const storesInTransaction = <Result>(
  executor: Executor,
  work: (
    stores: EngineStores & { readonly store: ResourceStore; readonly joins: JoinStore },
  ) => Promise<Result>,
): Promise<Result> =>
  inTransaction(executor, (transaction) =>
    work({
      ...engineStores(transaction),
      store: new KyselyResourceStore(transaction),
      joins: new StoredJoins(transaction),
    }),
  );
