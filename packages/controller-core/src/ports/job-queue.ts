import type { BlockingJob } from '../domain/blocking.js';
import type { FleetGroup, FleetNode } from '../domain/fleet.js';
import type { Assignment } from '../domain/scheduling-pass.js';
import type { JobType, UnifiedJob } from './records/jobs.js';

/** A job to be queued; what is not given is empty. */
export type NewJob = Partial<
  Omit<UnifiedJob, 'id' | 'status' | 'failed' | 'lease_id' | 'lease_token'>
> & {
  readonly type: JobType;
  readonly name: string;
  /** Ids. */
  readonly credentials?: readonly number[];
  readonly instance_groups?: readonly number[];
  /** Jobs that must have succeeded before it begins. */
  readonly depends_on?: readonly number[];
};

/** A job that waits for a place. */
export interface PendingJob extends BlockingJob {
  readonly created: Date;
  readonly impact: number;
  readonly explanation: string;
  /** Names of instance groups, the best first. */
  readonly groups: readonly string[];
  readonly dependenciesProcessed: boolean;
  /** Jobs it waits for, with their states. */
  readonly dependencies: readonly {
    readonly id: number;
    readonly type: JobType;
    readonly name: string;
    readonly status: UnifiedJob['status'];
  }[];
}

/** All that a pass of the scheduler looks at, as it was at one moment. */
export interface QueueSnapshot {
  /** The oldest first. */
  readonly pending: readonly PendingJob[];
  /** Jobs that are `waiting` or `running`. */
  readonly begun: readonly BlockingJob[];
  /** Nodes that are ready and enabled. */
  readonly nodes: readonly FleetNode[];
  readonly groups: readonly FleetGroup[];
}

/** What became of a person's wish that a job ends: it is canceled; its owner has been told; it had ended. */
export type CancelOutcome = 'canceled' | 'requested' | 'ended';

/** Jobs that no controller owns: those that wait. No lock is held between two calls. */
export interface JobQueue {
  /** Queues a job as `pending`, and tells the schedulers. */
  create(job: NewJob): Promise<UnifiedJob>;
  /** Queues several, all or none. */
  createAll(jobs: readonly NewJob[]): Promise<readonly UnifiedJob[]>;
  get(id: number): Promise<UnifiedJob | undefined>;
  /** @param limit pending jobs at most */
  snapshot(limit: number): Promise<QueueSnapshot>;
  /**
   * Makes jobs `waiting` that are still pending, and for which there is still room: several schedulers may have decided at the same time. It claims
   * rows that no other has (`SKIP LOCKED`) and locks no more than the nodes and groups, projects and inventories that the jobs touch.
   *
   * @returns the ids of those that have begun; the others stay pending for the next pass
   */
  begin(assignments: readonly Assignment[]): Promise<readonly number[]>;
  /** Says why jobs are still pending, in one statement; does nothing about those that are not. */
  explain(waiting: readonly { readonly jobId: number; readonly why: string }[]): Promise<void>;
  /**
   * Ends a job that is `new` or `pending`: what it depends on has failed, it can't ever run.
   *
   * @returns false where it is neither any more
   */
  fail(id: number, event: 'fail' | 'break', explanation: string): Promise<boolean>;
  /**
   * A person wants it to end.
   *
   * @throws {StorageError} `not-found`
   */
  cancel(id: number): Promise<CancelOutcome>;
}
