import type { JobHostSummary, StoredJobEvent } from './records/jobs.js';

/** A page of events of a job. */
export interface EventPage {
  /** Events after this counter; default: from the first on. */
  readonly after?: number;
  /** Events that begin at this line or later. */
  readonly fromLine?: number;
  /** At most. */
  readonly limit: number;
}

/** What is kept of jobs, for who reads it. */
export interface JobRecords {
  /** Events in the order of their counters. */
  events(jobId: number, page: EventPage): Promise<readonly StoredJobEvent[]>;
  /** What Ansible has printed, an event after the other: `stdout`, its lines, and the counter. */
  output(
    jobId: number,
    page: EventPage,
  ): Promise<readonly Pick<StoredJobEvent, 'counter' | 'stdout' | 'start_line' | 'end_line'>[]>;
  summaries(jobId: number): Promise<readonly JobHostSummary[]>;
  /** Removes a job that has ended, with all that is kept of it. @returns false where it is there and has not ended */
  remove(jobId: number): Promise<boolean>;
}
