import type { UnifiedJob } from './records/jobs.js';

/** Traces jobs, each from its launch to its end; the unit of a job is part of its trace. */
export interface JobTracer {
  /** Begins a trace. @returns what the unit is submitted with and the job keeps: a `traceparent` of W3C Trace Context */
  begin(): string;
  /** A job has ended, as it is stored now. */
  ended(job: UnifiedJob): void;
}
