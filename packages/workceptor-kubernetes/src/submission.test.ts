import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KubernetesType } from './kubernetes-type.js';
import { submittedData } from './submission.js';

const type: KubernetesType = {
  workType: 'k',
  authMethod: 'incluster',
  namespace: 'jobs',
  image: 'img',
  command: 'run',
  params: '-a',
};
const all = {
  allowRuntimeAuth: true,
  allowRuntimeCommand: true,
  allowRuntimeParams: true,
  allowRuntimePod: true,
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kube-submission-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('takes what the type has, and what a submission may change', () => {
  const base = { Image: 'img', Command: 'run', Params: '-a', KubeNamespace: 'jobs' };
  expect(submittedData(type, { unknown: 'x', kube_image: '' })).toMatchObject(base);
  expect(
    submittedData(
      { ...type, ...all },
      {
        kube_image: 'other',
        kube_command: 'c',
        kube_params: '-b',
        kube_namespace: 'n',
        secret_kube_config: 'conf',
        pod_pending_timeout: '1m30s',
      },
    ),
  ).toEqual({
    Image: 'other',
    Command: 'c',
    Params: '-a -b',
    KubeNamespace: 'n',
    KubeConfig: 'conf',
    KubePod: '',
    PodName: '',
    PendingTimeoutMs: 90_000,
  });
});

it('a pod of the submission takes the place of image, command and arguments', () => {
  expect(submittedData({ ...type, ...all }, { secret_kube_pod: 'pod' })).toMatchObject({
    Image: '',
    Command: '',
    Params: '',
    KubePod: 'pod',
  });
});

it.each([
  ['kube_command'],
  ['kube_image'],
  ['kube_params'],
  ['kube_namespace'],
  ['secret_kube_config'],
  ['secret_kube_pod'],
  ['pod_pending_timeout'],
])('%s is refused where it is not allowed', (name) => {
  expect(() => submittedData(type, { [name]: 'x' })).toThrow(`${name} provided but not allowed`);
});

it.each([
  [
    { ...type, ...all, authMethod: 'runtime' as const },
    {},
    'param secret_kube_config must be provided if AuthMethod=runtime',
  ],
  [
    { ...type, ...all },
    { secret_kube_pod: 'p', kube_image: 'i' },
    'params kube_command, kube_image, kube_params not compatible with secret_kube_pod',
  ],
  [{ ...type, ...all }, { pod_pending_timeout: '5' }, 'time: missing unit in duration "5"'],
  [{ ...type, ...all }, { secret_kube_pod: 'x'.repeat(262_145) }, 'secret_kube_pod has more than'],
  [{ ...type, pod: '/nowhere/pod' }, {}, 'could not read pod: ENOENT'],
])('what is wrong is refused (%#)', (given, params, message) => {
  expect(() => submittedData(given, params)).toThrow(
    expect.objectContaining({
      code: 'rejected',
      message: expect.stringContaining(message) as string,
    }) as Error,
  );
});

it('a file of a pod is read for each submission; a kubeconfig must be there, and stays where it is', () => {
  const [pod, kubeConfig] = [join(folder, 'pod'), join(folder, 'kubeconfig')];
  writeFileSync(pod, 'one');
  writeFileSync(kubeConfig, 'conf');
  const files = { ...type, pod, kubeConfig, authMethod: 'kubeconfig' as const };
  expect(submittedData(files, {})).toMatchObject({ KubePod: 'one', KubeConfig: '' });
  writeFileSync(pod, 'two');
  expect(submittedData(files, {})).toMatchObject({ KubePod: 'two' });
  rmSync(kubeConfig);
  expect(() => submittedData(files, {})).toThrow('could not read kubeconfig: ENOENT');
});
