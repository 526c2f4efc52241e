import { expect, it } from 'vitest';
import type { ContainerState, Pod } from '../cluster/objects.js';
import type { PodCourse } from './pod-course.js';
import { PodProgress } from './pod-progress.js';

const pod = (state: ContainerState, uid = 'u'): Pod => ({
  metadata: { uid },
  spec: { nodeName: 'n' },
  status: { phase: 'Pending', containerStatuses: [{ name: 'worker', state }] },
});
const waiting = (reason: string): Pod => pod({ waiting: { reason, message: 'm' } });
const never = new AbortController().signal;

function progress(): { readonly one: PodProgress; readonly seen: PodCourse[] } {
  const seen: PodCourse[] = [];
  return { one: new PodProgress('u', (course) => seen.push(course)), seen };
}

it('wakes whoever waits, and an end stays', async () => {
  const { one } = progress();
  const started = one.left('pending', never);
  one.see(pod({ running: {} }));
  await started;
  const over = one.left('running', never);
  one.see(pod({ terminated: { exitCode: 0 } }));
  await over;
  one.see(undefined);
  expect(one.course).toMatchObject({ phase: 'ended', end: { detail: 'Finished' } });
});

it('a pod that is gone was deleted, also when another one has its name', () => {
  const gone = { phase: 'ended', end: { code: 'pod-deleted' } };
  const first = progress().one;
  first.see(pod({ running: {} }));
  first.see(undefined);
  expect(first.course).toMatchObject({ ...gone, hasRun: true });
  const second = progress().one;
  second.see(pod({ running: {} }, 'other'));
  expect(second.course).toMatchObject({ ...gone, hasRun: false });
});

it('gives up an image at the fourth back-off', () => {
  const { one } = progress();
  for (let n = 0; n < 3; n++) {
    one.see(waiting('ErrImagePull'));
    one.see(waiting('ImagePullBackOff'));
    one.see(waiting('ImagePullBackOff'));
  }
  expect(one.course.phase).toBe('pending');
  one.see(waiting('ErrImagePull'));
  one.see(waiting('ImagePullBackOff'));
  expect(one.course).toMatchObject({
    end: {
      code: 'image-pull',
      detail: 'Error creating pod: container failed to start, ImagePullBackOff: m',
    },
  });
});

it('whose time is over says what it waited for', () => {
  const explained = progress().one;
  explained.see(waiting('CreateContainerConfigError'));
  explained.timeOut();
  expect(explained.course).toMatchObject({
    end: {
      code: 'container-config',
      detail:
        'Error creating pod: timed out waiting for the condition, CreateContainerConfigError: m',
    },
  });
  const { one } = progress();
  one.timeOut();
  expect(one.course).toMatchObject({
    end: {
      code: 'pending-timeout',
      detail: 'Error creating pod: timed out waiting for the condition',
    },
  });
  const running = progress().one;
  running.see(pod({ running: {} }));
  running.timeOut();
  expect(running.course).toEqual({ phase: 'running' });
});

it('whose time is over while the cluster is away says so', () => {
  const { one } = progress();
  one.timeOut("can't reach the API server");
  expect(one.course).toMatchObject({
    end: {
      code: 'cluster-unreachable',
      detail: "Error creating pod: timed out waiting for the condition, can't reach the API server",
    },
  });
});

it('gives up an image that has no name at once', () => {
  const { one } = progress();
  one.see(waiting('InvalidImageName'));
  expect(one.course).toMatchObject({
    end: {
      code: 'image-pull',
      detail: 'Error creating pod: container failed to start, InvalidImageName: m',
    },
  });
});

it('a worker that runs does not go back, whatever a status leaves out', () => {
  const { one } = progress();
  one.see(pod({ running: {} }));
  one.see({ metadata: { uid: 'u' }, status: {} });
  expect(one.course).toEqual({ phase: 'running' });
  one.see(pod({ terminated: { exitCode: 0 } }));
  expect(one.course.phase).toBe('ended');
});

it('knows where connections of the pod come from', () => {
  const { one } = progress();
  expect(one.addresses).toEqual([]);
  one.see({
    metadata: { uid: 'u' },
    status: {
      podIP: '10.0.0.1',
      podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
      hostIP: '192.0.2.1',
    },
  });
  expect(one.addresses).toEqual(['10.0.0.1', 'fd00::1', '192.0.2.1']);
});

it('events tell what the status does not', () => {
  const { one } = progress();
  one.see(waiting('ContainerCreating'));
  expect(one.isUnexplained).toBe(true);
  one.seeEvents([{ reason: 'FailedMount', message: 'no such volume' }]);
  expect(one.course).toMatchObject({
    phase: 'pending',
    waiting: { code: 'volume', text: 'FailedMount: no such volume' },
  });
  // and are asked for again: they may be over
  expect(one.isUnexplained).toBe(true);
});

it('who waits can go away', async () => {
  const controller = new AbortController();
  const left = progress().one.left('pending', controller.signal);
  controller.abort();
  await left;
});
