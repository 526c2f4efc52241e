import { UnitState } from '@receptorjs/control-protocol';
import { foreignText } from '@receptorjs/workceptor/internal';
import {
  WORKER,
  type ClusterEvent,
  type ContainerState,
  type ContainerStatus,
  type Pod,
  type PodCondition,
} from '../cluster/objects.js';
import { failed, notStarted, podDeleted, type PodEnd, type PodEndCode } from './pod-end.js';

/** What a pod waits for. */
export interface Waiting {
  readonly code: PodEndCode;
  /** The cluster's words, such as `ImagePullBackOff: Back-off pulling image "x"`. */
  readonly text: string;
}

/** Where a pod is on its way. */
export type PodCourse =
  /** The worker does not run yet; `waiting` when something keeps it. */
  | { readonly phase: 'pending'; readonly waiting?: Waiting | undefined }
  | { readonly phase: 'running' }
  /** The worker has ended, or never will run. */
  | { readonly phase: 'ended'; readonly end: PodEnd; readonly hasRun: boolean };

/**
 * Where a pod is on its way, by what the cluster says of it. Only the status of the pod tells an end, never that of a stream.
 *
 * @param events of the pod, where they were asked for: they say what its status does not
 */
export function podCourse(pod: Pod, events: readonly ClusterEvent[] = []): PodCourse {
  const { status = {} } = pod;
  const worker = status.containerStatuses?.find(({ name }) => name === WORKER);
  const taken = takenAway(pod, worker);
  if (taken) return { phase: 'ended', end: taken, hasRun: hasRun(worker) };
  const terminated = worker?.state?.terminated;
  if (terminated) {
    const end = isEndOfDeletion(pod, terminated) ? podDeleted(terminated) : workerEnd(terminated);
    return { phase: 'ended', end, hasRun: end.code !== 'container-not-started' };
  }
  const init = failedInit(pod);
  if (init) return { phase: 'ended', end: init, hasRun: false };
  if (status.phase === 'Failed' || status.phase === 'Succeeded') {
    return { phase: 'ended', end: endWithoutWorker(pod), hasRun: false };
  }
  if (worker?.state?.running) return { phase: 'running' };
  return { phase: 'pending', waiting: waitingFor(pod, worker, events) };
}

/** Whether nothing but events can tell what a pod waits for. */
export function isUnexplained(course: PodCourse, pod: Pod): boolean {
  return (
    course.phase === 'pending' && course.waiting === undefined && pod.spec?.nodeName !== undefined
  );
}

type Terminated = NonNullable<ContainerState['terminated']>;

/** Whether the container ended because its pod was deleted: by time, for programs may end well when they are told to. */
function isEndOfDeletion({ metadata = {} }: Pod, { exitCode, finishedAt }: Terminated): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  if (deletionTimestamp === undefined) return false;
  const asked = Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1_000;
  const ended = Date.parse(finishedAt ?? '');
  return Number.isNaN(asked) || Number.isNaN(ended) ? exitCode !== 0 : ended >= asked;
}

function workerEnd({ exitCode, reason, message }: Terminated): PodEnd {
  const says = message === undefined || message === '' ? '' : `: ${foreignText(message)}`;
  if (reason === 'OOMKilled') {
    return exitCode === 0
      ? {
          state: UnitState.Succeeded,
          detail: 'Finished; one of its processes was killed for want of memory (OOMKilled)',
        }
      : failed(
          'out-of-memory',
          `container failed with exit code ${exitCode}: killed for want of memory (OOMKilled)${says}`,
        );
  }
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    return notStarted(
      'container-not-started',
      `container failed to start, exit code ${exitCode}${says}`,
    );
  }
  if (reason === 'ContainerStatusUnknown' || exitCode === undefined) {
    return failed('node-lost', `the end of the container is not known${says}`);
  }
  if (exitCode === 0) return { state: UnitState.Succeeded, detail: 'Finished' };
  return failed('exit-status', `container failed with exit code ${exitCode}${says}`);
}

const takers = new Map<string, readonly [PodEndCode, string]>([
  ['Evicted', ['evicted', 'pod was evicted']],
  ['Preempting', ['evicted', 'pod was preempted']],
  ['PreemptionByScheduler', ['evicted', 'pod was preempted']],
  ['EvictionByEvictionAPI', ['evicted', 'pod was evicted']],
  ['TerminationByKubelet', ['evicted', 'pod was ended by its node']],
  ['DeletionByTaintManager', ['node-lost', 'its node does not answer any more']],
  ['DeletionByPodGC', ['node-lost', 'its node is gone']],
  ['NodeLost', ['node-lost', 'its node does not answer any more']],
  ['NodeShutdown', ['node-lost', 'its node is going down']],
  ['Terminated', ['node-lost', 'its node is going down']],
  ['Shutdown', ['node-lost', 'its node is going down']],
  ['DeadlineExceeded', ['deadline-exceeded', 'pod has run for its activeDeadlineSeconds']],
]);

/** Who deletes the pods of nodes that do not answer. */
const lostBy = new Set(['DeletionByTaintManager', 'DeletionByPodGC']);

/**
 * What others did to the pod explains its end better than how its container ended. What they are about to do is no end: it may be taken
 * back, and the worker has its time to end. Only a node that does not answer tells nothing of that.
 */
function takenAway(pod: Pod, worker?: ContainerStatus): PodEnd | undefined {
  const target = disruption(pod);
  const isDeleted = pod.metadata?.deletionTimestamp !== undefined;
  const isLost = isDeleted && lostBy.has(target?.reason ?? '');
  const hasEnded = target !== undefined && worker?.state?.terminated !== undefined;
  return pod.status?.phase === 'Failed' || isLost || hasEnded ? takenBy(pod) : undefined;
}

/** How a pod ended that is not there any more, by the last that was seen of it. */
export function endOfGone(last: Pod | undefined): PodEnd {
  return (last && takenBy(last)) ?? podDeleted();
}

function disruption({ status }: Pod): PodCondition | undefined {
  return status?.conditions?.find(
    ({ type, status: is }) => type === 'DisruptionTarget' && is === 'True',
  );
}

function takenBy(pod: Pod): PodEnd | undefined {
  const { status = {} } = pod;
  const target = disruption(pod);
  const [reason, message] = takers.has(status.reason ?? '')
    ? [status.reason ?? '', status.message]
    : [target?.reason ?? '', target?.message];
  const [code, text] = takers.get(reason) ?? [];
  if (code === undefined || text === undefined) return undefined;
  return failed(code, message ? `${text}: ${foreignText(message)}` : text);
}

function endWithoutWorker({ status = {} }: Pod): PodEnd {
  const { phase, reason = '', message = '' } = status;
  const says = foreignText([reason, message].filter((part) => part !== '').join(': '));
  if (phase === 'Succeeded') {
    return failed('node-lost', 'pod has ended, and nothing is known of its worker');
  }
  return notStarted(
    'not-admitted',
    says === '' ? 'pod failed to start' : `pod failed to start, ${says}`,
  );
}

/** A sidecar is started again however it ends. */
function isSidecar({ spec }: Pod, { name }: ContainerStatus): boolean {
  const own = spec?.initContainers?.find((each) => each.name === name);
  return own?.restartPolicy === 'Always';
}

function failedInit(pod: Pod): PodEnd | undefined {
  for (const each of pod.status?.initContainerStatuses ?? []) {
    const { name = '', state } = each;
    const { exitCode = 0, reason, message } = state?.terminated ?? {};
    if (exitCode === 0 || isSidecar(pod, each)) continue;
    const how = reason === 'OOMKilled' ? ': killed for want of memory (OOMKilled)' : '';
    const says = message ? `: ${foreignText(message)}` : '';
    return notStarted(
      'init-failed',
      `init container ${foreignText(name)} failed with exit code ${exitCode}${how}${says}`,
    );
  }
  return undefined;
}

const waits = new Map<string, PodEndCode>([
  ['ErrImagePull', 'image-pull'],
  ['ImagePullBackOff', 'image-pull'],
  ['ErrImageNeverPull', 'image-pull'],
  ['InvalidImageName', 'image-pull'],
  ['ImageInspectError', 'image-pull'],
  ['RegistryUnavailable', 'image-pull'],
  ['SignatureValidationFailed', 'image-pull'],
  ['CreateContainerConfigError', 'container-config'],
  ['CreateContainerError', 'container-config'],
  ['RunContainerError', 'container-config'],
  ['PreCreateHookError', 'container-config'],
  ['PreStartHookError', 'container-config'],
  ['PostStartHookError', 'container-config'],
  ['CrashLoopBackOff', 'crash-loop'],
]);

/** Events that keep a pod, in the cluster's words. */
const keepers = new Map<string, PodEndCode>([
  ['FailedMount', 'volume'],
  ['FailedAttachVolume', 'volume'],
  ['FailedMapVolume', 'volume'],
  ['FailedCreatePodSandBox', 'sandbox'],
  ['FailedScheduling', 'unschedulable'],
]);

function waitingFor(
  pod: Pod,
  worker: ContainerStatus | undefined,
  events: readonly ClusterEvent[],
): Waiting | undefined {
  const { status = {} } = pod;
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    return waiting('unschedulable', scheduled.reason ?? 'Unschedulable', scheduled.message);
  }
  const others = status.containerStatuses?.filter((each) => each !== worker) ?? [];
  for (const each of [worker, ...(status.initContainerStatuses ?? []), ...others]) {
    const { reason = '', message } = each?.state?.waiting ?? {};
    const code = waits.get(reason);
    if (code === undefined) continue;
    const { exitCode } = each?.lastState?.terminated ?? {};
    const last = exitCode === undefined ? '' : ` (last exit code ${exitCode})`;
    return waiting(code, reason + last, message);
  }
  const sidecar = failingSidecar(pod);
  if (sidecar !== undefined) return sidecar;
  const event = events.findLast(({ reason }) => keepers.has(reason ?? ''));
  const { reason = '', message } = event ?? {};
  const code = keepers.get(reason);
  return code && waiting(code, reason, message);
}

/** As pods are never restarted, the kubelet shows a sidecar that it starts again as one that has ended, without a word. */
function failingSidecar(pod: Pod): Waiting | undefined {
  for (const each of pod.status?.initContainerStatuses ?? []) {
    const { exitCode = 0, message } = each.state?.terminated ?? {};
    if (exitCode === 0 || !isSidecar(pod, each)) continue;
    const name = foreignText(each.name ?? '');
    const why = `sidecar ${name} failed with exit code ${exitCode}, and is started again`;
    return waiting('crash-loop', why, message);
  }
  return undefined;
}

function waiting(code: PodEndCode, reason: string, message: string | undefined): Waiting {
  return { code, text: foreignText(message ? `${reason}: ${message}` : reason) };
}

function hasRun(worker: ContainerStatus | undefined): boolean {
  return worker?.state?.running !== undefined || worker?.state?.terminated !== undefined;
}
