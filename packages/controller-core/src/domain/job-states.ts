import { nextState, type TransitionTable } from './transition-table.js';

/** As the original names them: four of jobs that are active, four of ends. */
export type JobState =
  'new' | 'pending' | 'waiting' | 'running' | 'successful' | 'failed' | 'error' | 'canceled';

/**
 * What happens to a job:
 *
 * - `queue`: it is to be run
 * - `assign`: it has a node, and room there
 * - `give-back`: its node could not take it, and nothing of it has run
 * - `start`: it runs
 * - `succeed`, `fail`: how its run ended
 * - `break`: the control plane could not run it
 * - `cancel`: a person does not want it any more
 */
export type JobEvent =
  'queue' | 'assign' | 'give-back' | 'start' | 'succeed' | 'fail' | 'break' | 'cancel';

const ends = { fail: 'failed', break: 'error', cancel: 'canceled' } as const;

/** The states of a job. An end stands: whoever comes late changes nothing. */
export const jobTransitions: TransitionTable<JobState, JobEvent> = {
  new: { queue: 'pending', ...ends },
  pending: { assign: 'waiting', ...ends },
  waiting: { start: 'running', 'give-back': 'pending', ...ends },
  running: { succeed: 'successful', ...ends },
  successful: {},
  failed: {},
  error: {},
  canceled: {},
};

/**
 * The state of a job after an event.
 *
 * @throws {DomainError} `no-such-transition`
 */
export function nextJobState(state: JobState, event: JobEvent): JobState {
  return nextState('job', jobTransitions, state, event);
}

/** Whether a job is yet to end. */
export const isActive = (state: JobState): boolean => Object.keys(jobTransitions[state]).length > 0;
