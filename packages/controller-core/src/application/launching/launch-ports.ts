import type { JobQueue } from '../../ports/job-queue.js';
import type { ResourceStore } from '../../ports/resource-store.js';
import type { Passwords } from './launch-credentials.js';

/** The stores of the transaction that a launch makes its jobs in. */
export interface LaunchStores {
  readonly store: ResourceStore;
  readonly queue: JobQueue;
}

/** What launches are made over. */
export interface LaunchPorts {
  readonly store: ResourceStore;
  /** All that `work` does through the stores it is given is done, or nothing of it. */
  readonly inTransaction: <Result>(
    work: (stores: LaunchStores) => Promise<Result>,
  ) => Promise<Result>;
  /** Encrypts the passwords that were typed for a launch. */
  readonly lockPasswords: (passwords: Passwords) => string;
  /** The variables in a text of JSON or YAML; nothing where it holds something else. */
  readonly readVariables: (text: string) => Readonly<Record<string, unknown>> | undefined;
}

/** Who launches. */
export interface LaunchAuthor {
  readonly userId: number;
  /** Records the activity in the transaction that makes the jobs. */
  readonly record: (store: ResourceStore, jobs: readonly number[]) => Promise<void>;
}
