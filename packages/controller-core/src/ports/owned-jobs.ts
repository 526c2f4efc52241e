import type { JobEvent } from '../domain/job-states.js';
import type { ControllerLease } from './controller-leases.js';
import type { OutputPosition } from './mesh.js';
import type { StoredJobEvent, UnifiedJob } from './records/jobs.js';

/** That a controller owns a job. Each new owner has a higher token, and what an earlier one writes is refused. */
export interface JobClaim {
  readonly jobId: number;
  readonly token: number;
}

/** A job that has just got an owner. */
export interface ClaimedJob {
  readonly claim: JobClaim;
  readonly job: UnifiedJob;
  /** The controller that it was taken from; empty where nobody had it. */
  readonly previousController: string;
  /** Whether it runs at the node of a controller, whoever that is, and is work of the type that those offer. */
  readonly isLocal: boolean;
}

/** What is known of a job once it runs, and may be written while it does. */
export type JobFacts = Partial<
  Pick<
    UnifiedJob,
    | 'job_args'
    | 'job_cwd'
    | 'job_env'
    | 'job_explanation'
    | 'result_traceback'
    | 'scm_revision'
    | 'source_project_update_id'
    | 'artifacts'
    | 'ansible_version'
    | 'installed_collections'
    | 'host_status_counts'
    | 'play_count'
    | 'task_count'
    | 'emitted_events'
    | 'execution_environment_id'
    | 'start_args'
  >
>;

/** Whose a job is, and whether a person does not want it any more. */
export interface JobStanding extends JobClaim {
  readonly isCanceled: boolean;
}

/** Under which name a job is submitted, and at which node its unit lies. */
export interface Submission {
  readonly id: string;
  readonly node: string;
  /** The trace that its unit is part of; empty for none. */
  readonly traceparent: string;
}

/** An event to be stored; `id`, `job_id` and `modified` are the database's. */
export type NewJobEvent = Omit<StoredJobEvent, 'id' | 'job_id' | 'modified'>;

/** How far a run was taken, for whoever goes on with it: of the output of its unit, and what was counted up to there. */
export interface RunPosition {
  readonly output: OutputPosition;
  /** The line that the next event begins at. */
  readonly line: number;
  readonly plays: number;
  readonly tasks: number;
}

/** What became of a host. */
export interface HostOutcome {
  readonly host_name: string;
  readonly host_id: number | null;
  readonly ok: number;
  readonly changed: number;
  readonly dark: number;
  readonly failures: number;
  readonly skipped: number;
  readonly processed: number;
  readonly ignored: number;
  readonly rescued: number;
}

/**
 * Jobs that controllers own. Each write carries the claim, and the statement that writes checks its token: a controller that wakes up late
 * changes nothing.
 *
 * All writes throw a {@link StorageError} `lease-lost`, and those that change the state a `DomainError` `no-such-transition`.
 */
export interface OwnedJobs {
  /**
   * Takes jobs that wait for this controller and that nobody owns, the oldest first; and those that are its own and that it does not know of, since the answer of an earlier
   * attempt was lost. Updates within other jobs are left to those.
   *
   * @param known ids of jobs that it knows to be its own
   */
  acquire(
    lease: ControllerLease,
    limit: number,
    known: readonly number[],
  ): Promise<readonly ClaimedJob[]>;
  /** How jobs stand that a controller runs; those that are gone are left out. */
  standing(jobIds: readonly number[]): Promise<readonly JobStanding[]>;
  /** Takes jobs whose owner is dead or has let them go, and those that wait for a controller that is dead. */
  adopt(lease: ControllerLease, limit: number): Promise<readonly ClaimedJob[]>;
  /** Lets a job go as it is: another one adopts it at once. */
  release(claim: JobClaim): Promise<void>;

  /** Stores the submission, before the first attempt; where one is stored it stays, and is returned. */
  reserve(claim: JobClaim, submission: Submission): Promise<Submission>;
  /** Stores the unit's ID, before the unit starts, or that there is none any more. */
  setUnit(claim: JobClaim, unitId: string | undefined): Promise<void>;
  /** Writes what is known of it. */
  note(claim: JobClaim, facts: JobFacts): Promise<void>;
  /** Changes its state: `start`, `give-back`, or an end. An end gives up the ownership; events may still be stored with the claim. */
  change(claim: JobClaim, event: JobEvent, facts?: JobFacts): Promise<UnifiedJob>;
  /**
   * Stores a batch of events, with how far they go, all or nothing of it. Events that are there already are left as they are.
   *
   * @param position how far the output of its unit was taken, where all events up to there are stored with this batch
   * @returns the counter up to which all events of the job are stored
   */
  storeEvents(
    claim: JobClaim,
    events: readonly NewJobEvent[],
    position?: RunPosition,
  ): Promise<number>;
  /** Marks the events that others are below of, a task and its play, as failed or changed where one of those is. */
  markParents(claim: JobClaim): Promise<void>;
  /** Stores what became of its hosts, in place of what was stored before. */
  storeSummaries(claim: JobClaim, outcomes: readonly HostOutcome[]): Promise<void>;
}
