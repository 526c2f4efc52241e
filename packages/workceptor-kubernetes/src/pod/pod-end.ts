import { UnitState } from '@receptorjs/control-protocol';

/**
 * Why a unit ended as it did that was a pod, for programs:
 *
 * - `exit-status`: the worker ended by itself with another status than 0, or by a signal
 * - `out-of-memory`: it was killed for want of memory
 * - `container-not-started`: it could not be started, such as for a command that is not there
 * - `init-failed`: an init container failed
 * - `evicted`: its node took the pod away, for want of something or for another pod
 * - `node-lost`: its node does not answer, is going down, or has lost the container
 * - `not-admitted`: its node did not take the pod
 * - `deadline-exceeded`: the pod had run for its `activeDeadlineSeconds`
 * - `pod-deleted`: somebody deleted the pod
 * - `image-pull`, `container-config`, `crash-loop`, `unschedulable`, `volume`, `sandbox`: what the pod waited for when the time was over
 * - `pending-timeout`: it waited too long, for what is not known
 * - `quota-exceeded`, `rejected-pod`: the API server refused the pod
 * - `login-refused`: the API server does not know who asks
 * - `forbidden`: the API server does not let them
 * - `cluster-unreachable`: the API server gave no answer for too long
 * - `bad-config`: the configuration of the cluster, or the pod, can't be used
 * - `input-lost`: the stream by which stdin went to the pod was cut
 * - `output-lost`: the container's log has lost some of what it wrote
 * - `output-too-long`: it wrote more than its work type takes
 * - `not-connected`: with `streammethod: tcp`, the pod made no connection
 * - `input-incomplete`: the daemon ended before the pod had all stdin
 * - `disk-full`, `disk-read-only`, `permission-denied`: its output could not be stored
 * - `run-failed`: something else failed on this node
 * - `canceled`: somebody canceled it
 */
export type PodEndCode =
  | 'exit-status'
  | 'out-of-memory'
  | 'container-not-started'
  | 'init-failed'
  | 'evicted'
  | 'node-lost'
  | 'not-admitted'
  | 'deadline-exceeded'
  | 'pod-deleted'
  | 'image-pull'
  | 'container-config'
  | 'crash-loop'
  | 'unschedulable'
  | 'volume'
  | 'sandbox'
  | 'pending-timeout'
  | 'quota-exceeded'
  | 'rejected-pod'
  | 'login-refused'
  | 'forbidden'
  | 'cluster-unreachable'
  | 'bad-config'
  | 'input-lost'
  | 'output-lost'
  | 'output-too-long'
  | 'not-connected'
  | 'input-incomplete'
  | 'disk-full'
  | 'disk-read-only'
  | 'permission-denied'
  | 'run-failed'
  | 'canceled';

/** How a unit has ended, or is going to once its output is here. */
export interface PodEnd {
  /** Succeeded or Failed. */
  readonly state: UnitState;
  readonly detail: string;
  readonly code?: PodEndCode;
}

/** A failure. */
export function failed(code: PodEndCode, detail: string): PodEnd {
  return { state: UnitState.Failed, code, detail };
}

/** What is said before all failures of pods whose worker has not run. */
const NOT_STARTED = 'Error creating pod';

/** A failure of a pod whose worker has not run. */
export function notStarted(code: PodEndCode, why: string): PodEnd {
  return failed(code, `${NOT_STARTED}: ${why}`);
}

/** A pod that somebody deleted, with how its worker ended by that where it is known. */
export function podDeleted({ exitCode }: { readonly exitCode?: number | undefined } = {}): PodEnd {
  const how = exitCode === undefined ? '' : ` (its container ended with exit code ${exitCode})`;
  return failed('pod-deleted', `pod was deleted before it had ended${how}`);
}
