import { describe, expect, it } from 'vitest';
import type { KubeData } from '../extra-data.js';
import { podOf } from './manifest.js';
import { generatedName, labelValue } from './pod-name.js';

const data: KubeData = {
  Image: 'img',
  Command: 'run -a "b c"',
  Params: '',
  KubeNamespace: 'jobs',
  KubeConfig: '',
  KubePod: '',
  PodName: '',
};
const facts = { workType: 'Job', labels: { 'receptor.unit-id': 'abcdefgh' } };
const manifest = (KubePod: string): ReturnType<typeof podOf> => podOf({ ...data, KubePod }, facts);

describe('without a manifest', () => {
  it('makes one container of image, command and arguments', () => {
    expect(podOf({ ...data, Params: "x 'y z'" }, facts)).toEqual({
      namespace: 'jobs',
      namePrefix: 'job-',
      pod: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { generateName: 'job-', namespace: 'jobs', labels: facts.labels },
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'worker',
              image: 'img',
              command: ['run', '-a', 'b c'],
              args: ['x', 'y z'],
              stdin: true,
              stdinOnce: true,
              tty: false,
            },
          ],
        },
      },
    });
  });

  it.each([
    [{ Command: '"open' }, 'EOF found when expecting closing quote'],
    [{ KubeNamespace: '' }, 'could not determine namespace'],
  ])('refuses %o', (wrong, message) => {
    expect(() => podOf({ ...data, ...wrong }, facts)).toThrow(
      expect.objectContaining({ code: 'bad-config', message }) as Error,
    );
  });
});

describe('with a manifest', () => {
  it('keeps what it has, and takes its namespace and the beginning of its name', () => {
    const { namespace, namePrefix, pod } = manifest(`
apiVersion: v1
kind: Pod
metadata: {name: mine, namespace: own, labels: {a: b, receptor.unit-id: stolen}}
spec:
  restartPolicy: Always
  serviceAccountName: robot
  imagePullSecrets: [{name: pull}]
  containers:
    - {name: side, image: s}
    - {name: worker, image: w, env: [{name: A, value: "1"}]}
`);
    expect({ namespace, namePrefix }).toEqual({ namespace: 'own', namePrefix: 'mine-' });
    expect(pod).toMatchObject({
      metadata: {
        generateName: 'mine-',
        namespace: 'own',
        labels: { a: 'b', 'receptor.unit-id': 'abcdefgh' },
      },
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: 'robot',
        imagePullSecrets: [{ name: 'pull' }],
        containers: [
          { name: 'side', image: 's' },
          { name: 'worker', image: 'w', stdin: true, stdinOnce: true },
        ],
      },
    });
  });

  it('reads JSON and the scalars of YAML 1.1; times and port pairs stay texts', () => {
    const json = '{"apiVersion":"v1","kind":"Pod","spec":{"containers":[{"name":"worker"}]}}';
    expect(manifest(json).namespace).toBe('jobs');
    const yaml = `{apiVersion: v1, kind: Pod, spec: {containers: [{name: worker, args: [22:22, 2001-12-14]}], a: 0644, b: yes}}`;
    expect(manifest(yaml).pod['spec']).toMatchObject({
      a: 0o644,
      b: true,
      containers: [{ args: ['22:22', '2001-12-14'] }],
    });
  });

  it.each([
    ['a: [', /^the pod can't be read: it is no YAML in line 1, column 5 \(BAD_INDENT\)$/],
    ['password: "hush\\q"', /^the pod can't be read: it is no YAML in line 1, column 16 \(BAD_DQ/],
    ['password: *hush', /^the pod can't be read: it is no YAML that can be read: it has an alias/],
    ['spec: &a {hush: *a}', /^the pod can't be read: .* it contains itself$/],
    ['password: !hush x', /apiVersion "" and kind ""/],
    ['text', /^the pod is no manifest/],
    ['{apiVersion: v1, kind: Job}', /apiVersion "v1" and kind "Job"; allowed are v1 and Pod/],
    ['{apiVersion: v1, kind: Pod}', /^at least one container must be named worker$/],
    [
      '{apiVersion: v1, kind: Pod, spec: {containers: [{name: other}]}}',
      /^at least one container must be named worker$/,
    ],
    ['['.repeat(20_000), /^the pod can't be read: /],
  ])('refuses %.40s', (text, message) => {
    let error: unknown;
    try {
      manifest(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'bad-config' });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('hush');
  });
});

it('gives the worker alone more environment, and replaces what has the same name', () => {
  const KubePod =
    '{apiVersion: v1, kind: Pod, spec: {containers: [{name: side}, {name: worker, env: [{name: A, value: x}, {name: RECEPTOR_HOST, value: y}]}]}}';
  const { pod } = podOf({ ...data, KubePod }, { ...facts, env: { RECEPTOR_HOST: 'h' } });
  expect(pod['spec']).toMatchObject({
    containers: [
      { name: 'side' },
      {
        env: [
          { name: 'A', value: 'x' },
          { name: 'RECEPTOR_HOST', value: 'h' },
        ],
      },
    ],
  });
  expect(JSON.stringify(pod)).not.toContain('"y"');
});

it('of the environment keeps what only looks as if it were replaced', () => {
  const KubePod =
    '{apiVersion: v1, kind: Pod, spec: {containers: [{name: worker, env: [{name: constructor, value: x}]}]}}';
  const { pod } = podOf({ ...data, KubePod }, { ...facts, env: { RECEPTOR_HOST: 'h' } });
  expect(JSON.stringify(pod)).toContain('constructor');
});

it('names are those that the API server would generate, and fit', () => {
  expect(generatedName('job-')).toMatch(/^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(generatedName('x'.repeat(80))).toHaveLength(63);
});

it('labels of different texts are different', () => {
  const digest = labelValue('x'.repeat(64));
  expect(labelValue(digest)).not.toBe(digest);
  expect(labelValue(digest)).toMatch(/^sha256-/);
});

it.each([
  ['a.b_C-1', 'a.b_C-1'],
  ['', /^sha256-[0-9a-f]{40}$/],
  ['ends-', /^sha256-[0-9a-f]{40}$/],
  ['x'.repeat(64), /^sha256-[0-9a-f]{40}$/],
  ['ü', /^sha256-[0-9a-f]{40}$/],
])('the label of %s may stand there', (text, value) => {
  expect(labelValue(text)).toMatch(value);
});
