import type { EngineStores, ResourceStore } from '@receptorjs/controller-core';
import { KyselyResourceStore } from '../resources/kysely-resource-store.js';
import { engineStores } from './engine-stores.js';
import { inTransaction, type Executor } from './executor.js';

/** Does all that `work` does with rows of resources and with jobs, or nothing of it. */
export const storesInTransaction = <Result>(
  executor: Executor,
  work: (stores: EngineStores & { readonly store: ResourceStore }) => Promise<Result>,
): Promise<Result> =>
  inTransaction(executor, (transaction) =>
    work({ ...engineStores(transaction), store: new KyselyResourceStore(transaction) }),
  );
