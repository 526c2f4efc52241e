import { expect, it } from 'vitest';
import { outputProblem } from './output-problem.mjs';

const complete = { state: 'Succeeded', code: undefined, isEqual: true, cuts: 1, rotated: 2 };
const lost = { ...complete, state: 'Failed', code: 'output-lost', isEqual: false };

it('wants output to be complete, or by the log alone to be said to be lost', () => {
  expect(outputProblem(complete, { byLog: false })).toBe(undefined);
  expect(outputProblem(complete, { byLog: true })).toBe(undefined);
  expect(outputProblem(lost, { byLog: true })).toBe(undefined);
  const neither = 'neither complete nor known not to be';
  expect(outputProblem(lost, { byLog: false })).toBe(neither);
  for (const byLog of [true, false]) {
    expect(outputProblem({ ...complete, isEqual: false }, { byLog })).toBe(neither);
    expect(outputProblem({ ...lost, code: 'pod-deleted' }, { byLog })).toBe(neither);
  }
});

it('wants the faults to have been met', () => {
  const uncut = { ...complete, cuts: 0 };
  expect(outputProblem(uncut, { byLog: false })).toBe('no stream of its output was cut');
  const whole = { ...complete, rotated: 0 };
  expect(outputProblem(whole, { byLog: true })).toBe('its log was not rotated');
  expect(outputProblem(whole, { byLog: false })).toBe(undefined);
});
