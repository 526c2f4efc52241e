import type { JobRun } from './job-run.js';
import type { JobPod } from './mesh.js';
import type { UnifiedJob } from './records/jobs.js';

/** Knows what jobs run. */
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
}
