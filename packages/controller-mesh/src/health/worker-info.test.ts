import { expect, it } from 'vitest';
import { readWorkerInfo } from './worker-info.js';

const whole =
  'cpu_count: 4\nerrors: []\nmem_in_bytes: 4294967296\nrunner_version: 2.4.0\nuuid: ab-1\n';

it('reads what a worker prints', () => {
  expect(readWorkerInfo(whole)).toEqual({
    errors: [],
    cpus: 4,
    memoryBytes: 2 ** 32,
    version: 'ansible-runner-2.4.0',
    uuid: 'ab-1',
  });
});

it.each([
  ['has no cpu_count', whole.replace(/cpu_count.*\n/, ''), ['its worker info has no cpu_count']],
  [
    'has values that are none',
    '{cpu_count: 0, errors: [], mem_in_bytes: null, runner_version: [], uuid: null}',
    [
      'its worker info has no runner_version',
      'its worker info has no mem_in_bytes',
      'its worker info has no cpu_count',
    ],
  ],
  ['tells of an error, which says enough', '{errors: ["no home"], cpu_count: 4}', ['no home']],
  ['is no mapping', '- 1\n', ['its worker info is no mapping: - 1']],
  ['is empty', '', ['its worker info is no mapping: it is empty']],
])('tells what is wrong with a report that %s', (_, output, errors) => {
  expect(readWorkerInfo(output).errors).toEqual(errors);
});

it('a report that is no YAML, or a bomb of aliases, is an error', () => {
  expect(readWorkerInfo('{').errors[0]).toMatch(/^its worker info is no YAML/);
  expect(readWorkerInfo('a: &a [1]\nb: [*a, *a]\n').errors[0]).toMatch(/no YAML/);
});
