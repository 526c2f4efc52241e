import { expect, it } from 'vitest';
import { isControlTask, taskImpact, type Task } from './task-impact.js';

it.each<[string, Task, number]>([
  ['as many hosts as forks', { type: 'job', forks: 10, hosts: 10 }, 11],
  ['fewer hosts', { type: 'job', forks: 10, hosts: 3 }, 4],
  ['forks by default', { type: 'job', forks: 0, hosts: 30 }, 6],
  ['no inventory', { type: 'job', forks: 7 }, 8],
  [
    'the first of three slices of ten hosts',
    { type: 'job', forks: 9, hosts: 10, slice: { number: 1, count: 3 } },
    5,
  ],
  ['the last of them', { type: 'job', forks: 9, hosts: 10, slice: { number: 3, count: 3 } }, 4],
  ['an ad hoc command', { type: 'ad_hoc_command', forks: 2, hosts: 9 }, 3],
  ['one without an inventory', { type: 'ad_hoc_command', forks: 0 }, 6],
  ['an inventory update', { type: 'inventory_update' }, 1],
  ['a project update', { type: 'project_update', isForJob: false }, 1],
  ['one within a job', { type: 'project_update', isForJob: true }, 0],
  ['a system job', { type: 'system_job' }, 5],
])('%s', (_, task, impact) => {
  expect(taskImpact(task)).toBe(impact);
});

it('updates of projects and system jobs are work of the control plane', () => {
  expect(isControlTask({ type: 'system_job' })).toBe(true);
  expect(isControlTask({ type: 'inventory_update' })).toBe(false);
});
