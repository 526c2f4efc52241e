import type { JobEvent } from '../domain/job-states.js';
import type { JobRun, RunEnd } from './job-run.js';
import type { JobPod } from './mesh.js';
import type { JobClaim, JobFacts } from './owned-jobs.js';
import type { UnifiedJob } from './records/jobs.js';

/** What may end the getting ready of a job. */
export interface Preparing {
  /** Lets go of it as it is. */
  readonly signal: AbortSignal;
  /** A person does not want the job any more. */
  readonly canceled: AbortSignal;
}

/** A run that has come to its end, before that is stored. */
export interface EndedRun {
  readonly end: RunEnd;
  /** What the run has set for others. */
  readonly artifacts: Readonly<Record<string, unknown>>;
  /** What `collect` has read of its files. */
  readonly collected: unknown;
  /** The highest counter of its events, and the line that the next event begins at. */
  readonly lastCounter: number;
  readonly lastLine: number;
  readonly preparing: Preparing;
}

/** What follows from a run for its job. */
export interface Conclusion {
  /** How it ends, where that is not as its run has ended. */
  readonly event?: Extract<JobEvent, 'fail' | 'break'> | undefined;
  readonly facts?: JobFacts | undefined;
}

/** Knows what jobs run, and what becomes of it. */
export interface RunSource {
  /**
   * Gathers all that the node of a job needs, secrets too.
   *
   * What it rejects with says what the job lacks, for people.
   */
  describe(job: UnifiedJob): Promise<JobRun>;
  /** The pod of a job that was given to a container group. What it rejects with says what is wrong with the group, for people. */
  pod(job: UnifiedJob): Promise<JobPod>;
  /** Ids of the hosts of a job's inventory, by their names. */
  hostIds(job: UnifiedJob): Promise<ReadonlyMap<string, number>>;
  /** Gets ready on this machine what the job is run from, before anything of it is sent. @returns why the job fails, where it does */
  prepare?(job: UnifiedJob, claim: JobClaim, preparing: Preparing): Promise<string | undefined>;
  /** Reads what it wants of the files that a run has left, while they are there. */
  collect?(job: UnifiedJob, folder: string): Promise<unknown>;
  /** Does what follows from a run, before the end of its job is stored. It may be done again by another controller. */
  conclude?(job: UnifiedJob, claim: JobClaim, run: EndedRun): Promise<Conclusion>;
}
