import { nextState, type TransitionTable } from './transition-table.js';

/** As the original names them; the last three are set by installers alone. */
export type InstanceState =
  | 'installed'
  | 'ready'
  | 'unavailable'
  | 'deprovisioning'
  | 'provisioning'
  | 'provision-fail'
  | 'deprovision-fail';

/**
 * What happens to an instance:
 *
 * - `register`: it is registered, for the first time or again
 * - `healthy`: a health check found no fault; a hop was seen
 * - `unhealthy`: a health check found one, or it was not seen for too long
 * - `shut-down`: it has said that it goes
 * - `deprovision`: a person takes it out
 */
export type InstanceEvent = 'register' | 'healthy' | 'unhealthy' | 'shut-down' | 'deprovision';

/** The states of an instance. One that was never seen can't be lost; one that is taken out comes back only when it is registered anew. */
export const instanceTransitions: TransitionTable<InstanceState, InstanceEvent> = {
  installed: {
    register: 'installed',
    healthy: 'ready',
    unhealthy: 'installed',
    'shut-down': 'unavailable',
    deprovision: 'deprovisioning',
  },
  ready: {
    register: 'installed',
    healthy: 'ready',
    unhealthy: 'unavailable',
    'shut-down': 'unavailable',
    deprovision: 'deprovisioning',
  },
  unavailable: {
    register: 'installed',
    healthy: 'ready',
    unhealthy: 'unavailable',
    'shut-down': 'unavailable',
    deprovision: 'deprovisioning',
  },
  deprovisioning: {
    healthy: 'deprovisioning',
    unhealthy: 'deprovisioning',
    'shut-down': 'deprovisioning',
    deprovision: 'deprovisioning',
  },
  provisioning: { register: 'installed' },
  'provision-fail': { register: 'installed' },
  'deprovision-fail': { register: 'installed' },
};

/**
 * The state of an instance after an event.
 *
 * @throws {DomainError} `no-such-transition`
 */
export function nextInstanceState(state: InstanceState, event: InstanceEvent): InstanceState {
  return nextState('instance', instanceTransitions, state, event);
}

/** Whether heartbeats and health checks count for a state. */
export const isWatched = (state: InstanceState): boolean =>
  state === 'installed' || state === 'ready' || state === 'unavailable';
