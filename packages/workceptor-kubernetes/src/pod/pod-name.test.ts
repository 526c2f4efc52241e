import { expect, it } from 'vitest';
import { generatedName, namePrefixOf } from './pod-name.js';

it.each([
  ['job', 'job-'],
  ['Kube_Job', 'kube-job-'],
  ["-.the original's.", 'the-original-s-'],
  ['a..b--c', 'a-b-c-'],
  ['Ärger', 'rger-'],
  ['___', 'receptor-'],
])('pods of the work type %s have names that begin with %s', (workType, prefix) => {
  expect(namePrefixOf(workType)).toBe(prefix);
  expect(generatedName(prefix)).toMatch(/^[a-z0-9]+([.-][a-z0-9]+)*$/);
});

it('a long name is cut, and stays one that a host may have', () => {
  const name = generatedName(`${'x'.repeat(80)}-`);
  expect(name).toMatch(/^x{58}[a-z0-9]{5}$/);
});
