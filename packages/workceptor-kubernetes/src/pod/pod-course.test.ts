import type { UnitState } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import type { ClusterEvent, ContainerState, Pod, PodCondition } from '../cluster/objects.js';
import { endOfGone, isUnexplained, podCourse } from './pod-course.js';

interface Drawn {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly worker?: ContainerState;
  readonly last?: ContainerState;
  readonly init?: ContainerState;
  readonly condition?: PodCondition;
  /** Whether it is being deleted. */
  readonly goes?: boolean;
}

function pod({ worker, last, init, condition, goes = false, ...status }: Drawn): Pod {
  return {
    ...(goes && { metadata: { deletionTimestamp: '2026-01-02T03:04:05Z' } }),
    spec: { nodeName: 'n' },
    status: {
      ...status,
      ...(condition && { conditions: [condition] }),
      ...(init && { initContainerStatuses: [{ name: 'prep', state: init }] }),
      ...(worker && {
        containerStatuses: [
          { name: 'side', state: { running: {} } },
          { name: 'worker', state: worker, ...(last && { lastState: last }) },
        ],
      }),
    },
  };
}

const ended = (exitCode: number, reason: string, message?: string): ContainerState => ({
  terminated: { exitCode, reason, ...(message && { message }) },
});
const waiting = (reason: string, message?: string): ContainerState => ({
  waiting: { reason, ...(message && { message }) },
});

// what a cluster of version 1.32 said, and what is documented
it.each<[string, Drawn, UnitState, string | undefined, string]>([
  ['an end', { phase: 'Succeeded', worker: ended(0, 'Completed') }, 2, undefined, 'Finished'],
  [
    'a worker that ends before its sidecar',
    { phase: 'Running', worker: ended(0, 'Completed') },
    2,
    undefined,
    'Finished',
  ],
  [
    'a status',
    { phase: 'Failed', worker: ended(3, 'Error', 'why') },
    3,
    'exit-status',
    'container failed with exit code 3: why',
  ],
  [
    'want of memory',
    { phase: 'Failed', worker: ended(137, 'OOMKilled') },
    3,
    'out-of-memory',
    'container failed with exit code 137: killed for want of memory (OOMKilled)',
  ],
  [
    'want of memory of a child',
    { phase: 'Succeeded', worker: ended(0, 'OOMKilled') },
    2,
    undefined,
    'Finished; one of its processes was killed for want of memory (OOMKilled)',
  ],
  [
    'a missing command',
    { phase: 'Failed', worker: ended(128, 'StartError', 'exec: "nope": not found') },
    3,
    'container-not-started',
    'Error creating pod: container failed to start, exit code 128: exec: "nope": not found',
  ],
  [
    'a deadline',
    {
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
      worker: ended(137, 'Error'),
    },
    3,
    'deadline-exceeded',
    'pod has run for its activeDeadlineSeconds: Pod was active on the node longer than the specified deadline',
  ],
  [
    'an eviction',
    {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: ephemeral-storage.',
      worker: ended(137, 'Error'),
    },
    3,
    'evicted',
    'pod was evicted: The node was low on resource: ephemeral-storage.',
  ],
  [
    'a lost node',
    {
      goes: true,
      phase: 'Running',
      worker: { running: {} },
      condition: {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'DeletionByTaintManager',
        message: 'Taint manager: deleting due to NoExecute taint',
      },
    },
    3,
    'node-lost',
    'its node does not answer any more: Taint manager: deleting due to NoExecute taint',
  ],
  [
    'a node that goes down',
    {
      phase: 'Failed',
      reason: 'Terminated',
      message: 'Pod was terminated in response to imminent node shutdown.',
    },
    3,
    'node-lost',
    'its node is going down: Pod was terminated in response to imminent node shutdown.',
  ],
  [
    'a container that is not found',
    { phase: 'Failed', worker: ended(137, 'ContainerStatusUnknown', 'could not be located') },
    3,
    'node-lost',
    'the end of the container is not known: could not be located',
  ],
  [
    'an init container',
    { phase: 'Failed', init: ended(2, 'Error'), worker: waiting('PodInitializing') },
    3,
    'init-failed',
    'Error creating pod: init container prep failed with exit code 2',
  ],
  [
    'a node that does not take it',
    { phase: 'Failed', reason: 'OutOfcpu', message: 'Node did not have enough resource: cpu' },
    3,
    'not-admitted',
    'Error creating pod: pod failed to start, OutOfcpu: Node did not have enough resource: cpu',
  ],
])('%s ends the pod', (_, drawn, state, code, detail) => {
  const course = podCourse(pod(drawn));
  expect(course).toMatchObject({ phase: 'ended', end: { state, detail } });
  expect(course.phase === 'ended' && course.end.code).toBe(code);
});

it.each<[string, Drawn, string, string, readonly ClusterEvent[]]>([
  [
    'a node',
    {
      phase: 'Pending',
      condition: {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes are available: 1 Insufficient cpu.',
      },
    },
    'unschedulable',
    'Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.',
    [],
  ],
  [
    'its image',
    { phase: 'Pending', worker: waiting('ImagePullBackOff', 'Back-off pulling image "x"') },
    'image-pull',
    'ImagePullBackOff: Back-off pulling image "x"',
    [],
  ],
  [
    'a secret',
    { phase: 'Pending', worker: waiting('CreateContainerConfigError', 'secret "s" not found') },
    'container-config',
    'CreateContainerConfigError: secret "s" not found',
    [],
  ],
  [
    'an init container that crashes',
    {
      phase: 'Pending',
      init: waiting('CrashLoopBackOff', 'back-off 10s'),
      worker: waiting('PodInitializing'),
    },
    'crash-loop',
    'CrashLoopBackOff: back-off 10s',
    [],
  ],
  [
    'a volume, which only events tell',
    { phase: 'Pending', worker: waiting('ContainerCreating') },
    'volume',
    'FailedMount: configmap "c" not found',
    [
      { reason: 'Scheduled', message: 'assigned' },
      { reason: 'FailedMount', message: 'configmap "c" not found' },
      { reason: 'Other' },
    ],
  ],
])('a pod waits for %s', (_, drawn, code, text, events) => {
  expect(podCourse(pod(drawn), events)).toEqual({ phase: 'pending', waiting: { code, text } });
});

it.each([
  ['ErrImagePull', 'image-pull'],
  ['ErrImageNeverPull', 'image-pull'],
  ['InvalidImageName', 'image-pull'],
  ['CreateContainerError', 'container-config'],
  ['RunContainerError', 'container-config'],
  ['CrashLoopBackOff', 'crash-loop'],
])('a worker that waits with %s has a code of its own', (reason, code) => {
  expect(podCourse(pod({ phase: 'Pending', worker: waiting(reason, 'm') }))).toEqual({
    phase: 'pending',
    waiting: { code, text: `${reason}: m` },
  });
});

it.each(['constructor', 'toString', '__proto__'])(
  'a reason like %s, which nobody knows, is no reason',
  (reason) => {
    expect(podCourse(pod({ phase: 'Pending', worker: waiting(reason) }), [{ reason }])).toEqual({
      phase: 'pending',
      waiting: undefined,
    });
    expect(podCourse(pod({ phase: 'Failed', reason }))).toMatchObject({
      end: { code: 'not-admitted' },
    });
  },
);

it('an end without an exit code is not known, and no success', () => {
  const terminated = { reason: 'Completed' };
  expect(podCourse(pod({ phase: 'Succeeded', worker: { terminated } }))).toMatchObject({
    end: { state: 3, code: 'node-lost', detail: 'the end of the container is not known' },
  });
});

it('an init container that was killed for want of memory says so; a sidecar is started again', () => {
  const failing = pod({ phase: 'Pending', init: ended(137, 'OOMKilled') });
  expect(podCourse(failing)).toMatchObject({
    end: {
      code: 'init-failed',
      detail:
        'Error creating pod: init container prep failed with exit code 137: killed for want of memory (OOMKilled)',
    },
  });
  const initContainers = [{ name: 'prep', restartPolicy: 'Always' }];
  expect(podCourse({ ...failing, spec: { nodeName: 'n', initContainers } })).toMatchObject({
    phase: 'pending',
    waiting: {
      code: 'crash-loop',
      text: 'sidecar prep failed with exit code 137, and is started again',
    },
  });
});

it.each([
  ['2026-01-02T00:00:10Z', 143, 'pod-deleted'],
  // told to end, it ended well: its work is not done all the same
  ['2026-01-02T00:00:10Z', 0, 'pod-deleted'],
  ['2026-01-02T00:00:09Z', 0, undefined],
  ['2026-01-02T00:00:09Z', 3, 'exit-status'],
  [undefined, 143, 'pod-deleted'],
  [undefined, 0, undefined],
])(
  'a worker that ended at %s with %d of a pod deleted at 00:00:10',
  (finishedAt, exitCode, code) => {
    const deletion = {
      deletionTimestamp: '2026-01-02T00:00:40Z',
      deletionGracePeriodSeconds: 30,
    };
    const worker = { terminated: { exitCode, ...(finishedAt !== undefined && { finishedAt }) } };
    const course = podCourse({ ...pod({ phase: 'Running', worker }), metadata: deletion });
    expect(course.phase === 'ended' && course.end.code).toBe(code);
    if (code === 'pod-deleted') {
      expect(course).toMatchObject({
        end: {
          detail: `pod was deleted before it had ended (its container ended with exit code ${exitCode})`,
        },
      });
    }
  },
);

it('a pod that waits as all do is not explained, and events are asked for', () => {
  const creating = pod({ phase: 'Pending', worker: waiting('ContainerCreating') });
  const course = podCourse(creating);
  expect(course).toEqual({ phase: 'pending', waiting: undefined });
  expect(isUnexplained(course, creating)).toBe(true);
  expect(isUnexplained(podCourse({ status: { phase: 'Pending' } }), {})).toBe(false);
});

const evicting: PodCondition = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
};

it('that others are about to take away runs until it has ended: it may be left, and has its time', () => {
  const drawn = { phase: 'Running', condition: evicting };
  expect(podCourse(pod({ ...drawn, worker: { running: {} } })).phase).toBe('running');
  expect(podCourse(pod({ ...drawn, worker: { running: {} }, goes: true })).phase).toBe('running');
  const lost = { ...evicting, reason: 'DeletionByTaintManager' };
  expect(podCourse(pod({ condition: lost, worker: { running: {} } })).phase).toBe('running');
  expect(podCourse(pod({ ...drawn, worker: ended(143, 'Error'), goes: true }))).toMatchObject({
    phase: 'ended',
    hasRun: true,
    end: { code: 'evicted', detail: 'pod was evicted: Eviction API: evicting' },
  });
});

it('that is gone was taken away by whoever was about to, or deleted', () => {
  const last = pod({ condition: evicting, worker: { running: {} } });
  expect(endOfGone(last)).toMatchObject({ code: 'evicted' });
  expect(endOfGone(pod({ worker: { running: {} } }))).toMatchObject({ code: 'pod-deleted' });
  expect(endOfGone(undefined)).toMatchObject({ code: 'pod-deleted' });
});

it('runs when its worker does, whatever its phase is', () => {
  expect(podCourse(pod({ phase: 'Pending', worker: { running: {} } }))).toEqual({
    phase: 'running',
  });
});

it('what is told is bounded, and can not move a terminal', () => {
  const message = `\u001b[2J${'x'.repeat(5_000)}`;
  const course = podCourse(pod({ phase: 'Failed', worker: ended(1, 'Error', message) }));
  const detail = course.phase === 'ended' ? course.end.detail : '';
  expect(detail).not.toContain('\u001b');
  expect(detail.length).toBeLessThan(1_100);
});

it('an object without anything pends', () => {
  expect(podCourse({})).toEqual({ phase: 'pending', waiting: undefined });
});
