import type { FoundUnit } from './mesh.js';

/** A job that is yet to end on a node. */
export interface RemainingJob {
  readonly id: number;
  /** Whether it is known already that it is to end. */
  readonly isCanceled: boolean;
}

/** What is looked at and removed now and then, whoever does it. */
export interface HousekeepingStore {
  /** Jobs that are waiting or running on a node. */
  remainingJobs(hostname: string): Promise<readonly RemainingJob[]>;
  /**
   * Ends all jobs that are yet to end on a node as `error`; whoever runs them owns them no more.
   *
   * @returns their ids
   */
  loseJobs(hostname: string, explanation: string): Promise<readonly number[]>;
  /** IDs of those units of a node whose jobs have ended at least so long ago: whoever should have released them did not. */
  unitsOfEndedJobs(
    hostname: string,
    units: readonly FoundUnit[],
    endedForMs: number,
  ): Promise<readonly string[]>;
  /** Removes sessions and tokens that have expired, and join tokens that have for 30 days. @returns how many */
  removeExpired(): Promise<number>;
}
