import { isActive, type JobState } from './job-states.js';

/** The last update of a project or of a source of an inventory. */
export interface LastUpdate {
  readonly id: number;
  readonly status: JobState;
  readonly finished: Date | null;
}

/** What is done for a job that needs something brought up to date: nothing, waiting for an update that is under way, a new one. */
export type UpdateNeed =
  | { readonly kind: 'none' }
  | { readonly kind: 'wait'; readonly id: number }
  | { readonly kind: 'new' };

/**
 * Whether something is brought up to date before a job runs.
 *
 * @param cacheSeconds for how long a success is good; 0 for no time at all
 * @param now milliseconds since 1970
 */
export function updateNeed(
  last: LastUpdate | undefined,
  cacheSeconds: number,
  now: number,
): UpdateNeed {
  if (last === undefined) return { kind: 'new' };
  if (isActive(last.status)) return { kind: 'wait', id: last.id };
  if (last.status !== 'successful' || last.finished === null) return { kind: 'new' };
  return now - last.finished.getTime() < cacheSeconds * 1000 ? { kind: 'none' } : { kind: 'new' };
}
