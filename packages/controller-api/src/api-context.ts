import type {
  JobQueue,
  JobRecords,
  ResourceStore,
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

/** What the interface is made over. */
export interface ApiContext {
  readonly store: ResourceStore;
  readonly sessions: SessionStore;
  readonly secrets: SecretBox;
  readonly queue: JobQueue;
  readonly records: JobRecords;
  /**
   * Removes a node; jobs that are yet to end there end with the explanation.
   *
   * @returns ids of those
   */
  readonly removeNode: (hostname: string, explanation: string) => Promise<readonly number[]>;
  readonly facts: ControllerFacts;
  readonly now: () => Date;
}
