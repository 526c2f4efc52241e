import { decidePass } from '../../domain/scheduling-pass.js';
import type { Clock } from '../../ports/clock.js';
import type { JobQueue } from '../../ports/job-queue.js';

/** Jobs that a pass looks at. */
const MAX_PENDING = 5_000;

/** What a scheduler needs. */
export interface SchedulerOptions {
  readonly queue: JobQueue;
  readonly clock: Clock;
}

/** What a pass has done. */
export interface PassOutcome {
  /** Ids of jobs that have begun. */
  readonly begun: readonly number[];
  /** Jobs that the pass had a place for, and another scheduler was faster, or the room had gone: they are tried again in the next one. */
  readonly missed: number;
  /** Whether there may be more pending jobs than it has looked at, and some of them have begun. */
  readonly hasMore: boolean;
}

/**
 * Gives pending jobs their places. Any number of controllers may do it at the same time: what two of them decide for the same job or the same room, the storage gives to
 * one. It keeps nothing between two passes.
 */
export class Scheduler {
  constructor(private readonly options: SchedulerOptions) {}

  /** One pass over the pending jobs. */
  async pass(): Promise<PassOutcome> {
    const { queue, clock } = this.options;
    const snapshot = await queue.snapshot(MAX_PENDING);
    if (snapshot.pending.length === 0) return { begun: [], missed: 0, hasMore: false };
    const { begin, fail, explain } = decidePass(snapshot, clock.now());
    const begun = begin.length === 0 ? [] : await queue.begin(begin);
    for (const { jobId, explanation } of fail) await queue.fail(jobId, 'fail', explanation);
    if (explain.length > 0) await queue.explain(explain);
    const hasMore = snapshot.pending.length === MAX_PENDING && begun.length + fail.length > 0;
    return { begun, missed: begin.length - begun.length, hasMore };
  }
}
