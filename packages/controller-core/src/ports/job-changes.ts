import type { JobState } from '../domain/job-states.js';
import type { JobType } from './records/jobs.js';

/** A place in the log of what becomes of jobs, as text. Places are compared by the log alone. */
export type ChangePosition = string;

/** A job has another state than before, or all of its events are stored. With what is known of the job now. */
export interface JobChange {
  readonly position: ChangePosition;
  readonly kind: 'status' | 'complete';
  readonly jobId: number;
  readonly type: JobType;
  /** The state that it changed to, which may not be the one that it has by now. */
  readonly status: JobState;
  readonly unifiedJobTemplateId: number | null;
  readonly projectId: number | null;
  readonly inventoryId: number | null;
  readonly inventorySourceId: number | null;
  /** Empty where it has none yet. */
  readonly instanceGroup: string;
  readonly finished: Date | null;
  /** Of its last event; 0 for none. */
  readonly lastEventCounter: number;
}

/** Some changes, in the order in which they were made. */
export interface ChangePage {
  readonly changes: readonly JobChange[];
  /** Whether there are more that can't be told yet: something earlier is still being committed. */
  readonly isHeld: boolean;
}

/** The log of what becomes of jobs: every change of every job once, in one order for all who read it, whichever controller made it. */
export interface JobChanges {
  /** Where the log ends now. */
  end(): Promise<ChangePosition>;
  /** Whether everything after a position is still there; not for what is no position. */
  isKnown(position: string): Promise<boolean>;
  after(position: ChangePosition, limit: number): Promise<ChangePage>;
  /** Removes what is older. */
  prune(before: Date): Promise<void>;
}
