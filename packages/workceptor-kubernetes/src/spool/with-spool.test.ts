import type { JsonObject } from '@receptorjs/control-protocol';
import { expect, it } from 'vitest';
import { SPOOL_DIR } from './spool-script.js';
import { withSpool } from './with-spool.js';

const pod = (worker: JsonObject, spec: JsonObject = {}): JsonObject => ({
  kind: 'Pod',
  spec: { ...spec, containers: [{ name: 'side' }, { name: 'worker', ...worker }] },
});
const workerOf = (made: JsonObject | undefined): JsonObject | undefined =>
  (made?.['spec'] as { readonly containers: readonly JsonObject[] } | undefined)?.containers[1];

it('a command is run by the shell, and keeps its arguments and its mounts', () => {
  const mounts = [{ name: 'data', mountPath: '/data' }];
  const made = withSpool(
    pod(
      { command: ['job', '-v'], args: ['$(HOME)', '$$x'], image: 'i', volumeMounts: mounts },
      { volumes: [{ name: 'data' }], nodeName: 'n' },
    ),
    'auto',
  );
  expect(made).toMatchObject({
    kind: 'Pod',
    spec: { nodeName: 'n', volumes: [{ name: 'data' }, { name: 'receptor-output', emptyDir: {} }] },
  });
  const { command, ...rest } = workerOf(made) ?? {};
  expect(rest).toEqual({
    name: 'worker',
    image: 'i',
    volumeMounts: [...mounts, { name: 'receptor-output', mountPath: SPOOL_DIR }],
  });
  const words = command as readonly string[];
  expect([words[0], words[1], ...words.slice(3)]).toEqual([
    ...['sh', '-c', 'receptor-output', SPOOL_DIR],
    ...['job', '-v', '$(HOME)', '$$x'],
  ]);
  // the kubelet makes one of two, and takes one before a bracket for a variable
  expect(words[2]?.replaceAll('$$', '')).not.toContain('$');
});

it.each<[string, JsonObject, 'auto' | 'always' | 'never', boolean]>([
  ['arguments alone', { args: ['job'] }, 'auto', false],
  ['arguments alone, where that is said to be a command', { args: ['job'] }, 'always', true],
  ['ansible-runner', { args: ['ansible-runner', 'worker'] }, 'auto', true],
  ['ansible-runner by its path', { args: ['/usr/bin/ansible-runner', 'worker'] }, 'auto', true],
  ['nothing', {}, 'always', false],
  ['a command, where nobody wants a spool', { command: ['job'] }, 'never', false],
  ['a terminal', { command: ['job'], tty: true }, 'always', false],
  ['what is no command', { command: 'job' }, 'always', false],
  ['arguments that are none', { command: ['job'], args: [1] }, 'always', false],
  ['variables of usual names', { command: ['job'], env: [{ name: '_A1' }] }, 'auto', true],
  ['a variable that a shell drops', { command: ['job'], env: [{ name: 'a.b' }] }, 'always', false],
  [
    'something at its place',
    { command: ['job'], volumeMounts: [{ name: 'x', mountPath: `${SPOOL_DIR}/` }] },
    'always',
    false,
  ],
])('a worker with %s', (_, worker, use, hasSpool) => {
  expect(withSpool(pod(worker), use) !== undefined).toBe(hasSpool);
});

it('there is none on Windows, or where its volume has another meaning', () => {
  const worker = { command: ['job'] };
  expect(withSpool(pod(worker, { os: { name: 'windows' } }), 'always')).toBeUndefined();
  const nodeSelector = { 'kubernetes.io/os': 'windows' };
  expect(withSpool(pod(worker, { nodeSelector }), 'always')).toBeUndefined();
  const volumes = [{ name: 'receptor-output', hostPath: { path: '/x' } }];
  expect(withSpool(pod(worker, { volumes }), 'always')).toBeUndefined();
});
