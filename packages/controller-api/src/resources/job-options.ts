import { boolean, choice, integer, reference, text } from './fields.js';

/** How much Ansible tells. */
export const verbosity = choice('Verbosity', [
  [0, '0 (Normal)'],
  [1, '1 (Verbose)'],
  [2, '2 (More Verbose)'],
  [3, '3 (Debug)'],
  [4, '4 (Connection Debug)'],
  [5, '5 (WinRM Debug)'],
]);

export const jobType = choice('Job type', [
  ['run', 'Run'],
  ['check', 'Check'],
]);

/** What a job has of its template. */
export const jobOptions = {
  job_type: jobType,
  inventory: reference('Inventory', 'inventories'),
  project: reference('Project', 'projects'),
  playbook: text('Playbook', { maxLength: 1024 }),
  scm_branch: text('SCM branch', { maxLength: 1024 }),
  forks: integer('Forks', { minimum: 0 }),
  limit: text('Limit', { maxLength: 100_000 }),
  verbosity,
  extra_vars: text('Extra vars', { maxLength: 1_000_000 }),
  job_tags: text('Job tags', { maxLength: 10_000 }),
  force_handlers: boolean('Force handlers'),
  skip_tags: text('Skip tags', { maxLength: 1024 }),
  start_at_task: text('Start at task', { maxLength: 1024 }),
  timeout: integer('Timeout', {
    help: 'The amount of time (in seconds) to run before the task is canceled.',
  }),
  use_fact_cache: boolean('Use fact cache'),
  execution_environment: reference('Execution environment', 'execution_environments'),
  diff_mode: boolean('Diff mode'),
  allow_simultaneous: boolean('Allow simultaneous'),
  job_slice_count: integer('Job slice count', { minimum: 1, maximum: 1000, initial: 1 }),
};
