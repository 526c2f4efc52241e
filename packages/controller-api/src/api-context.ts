import type {
  ChangeFeed,
  HousekeepingStore,
  InstanceStore,
  JobChanges,
  JobQueue,
  JobRecords,
  Joining,
  ProjectFolders,
  ResourceStore,
  ScmHostRules,
  SessionStore,
} from '@receptorjs/controller-core';
import type { SecretBox } from './secrets/secret-box.js';

/** What the controller says of itself. */
export interface ControllerFacts {
  /** The node ID of the mesh. */
  readonly hostname: string;
  readonly version: string;
  readonly installUuid: string;
}

/** Stores within one transaction. */
export interface TransactionStores {
  readonly store: ResourceStore;
  readonly queue: JobQueue;
  readonly records: JobRecords;
  readonly instances: Pick<InstanceStore, 'remove'>;
  readonly housekeeping: Pick<HousekeepingStore, 'loseJobs'>;
}

/** What the interface is made over. */
export interface ApiContext {
  readonly store: ResourceStore;
  /** For lists, whose filters are those of clients: with little time for each, and no connection of the others. Default: `store`. */
  readonly reads?: ResourceStore | undefined;
  readonly sessions: SessionStore;
  readonly secrets: SecretBox;
  readonly queue: JobQueue;
  readonly records: JobRecords;
  /** All that `work` does through the stores it is given is done, or nothing of it: a launch and the note of it, for one. */
  readonly inTransaction: <Result>(
    work: (stores: TransactionStores) => Promise<Result>,
  ) => Promise<Result>;
  /** What the database tells of jobs. */
  readonly feed: ChangeFeed;
  /** What has become of jobs. */
  readonly changes: JobChanges;
  /** The projects of this machine; without them nothing is known of folders that people keep by hand. */
  readonly projects?: ProjectFolders | undefined;
  /** Which machines projects may come from; default: all. */
  readonly hosts?: ScmHostRules | undefined;
  /** Takes machines into the mesh; without it none joins. */
  readonly joining?: Joining | undefined;
  readonly facts: ControllerFacts;
  readonly now: () => Date;
}
