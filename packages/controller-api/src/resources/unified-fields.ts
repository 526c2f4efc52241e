import type { Row } from '@receptorjs/controller-core';
import {
  boolean,
  choice,
  datetime,
  float,
  identity,
  json,
  naming,
  nullableInteger,
  nullableText,
  object,
  reference,
  text,
  type Choice,
} from './fields.js';

const readOnly = { isReadOnly: true };

/** The states of what runs. */
export const unifiedStatuses: readonly Choice[] = [
  ['new', 'New'],
  ['pending', 'Pending'],
  ['waiting', 'Waiting'],
  ['running', 'Running'],
  ['successful', 'Successful'],
  ['failed', 'Failed'],
  ['error', 'Error'],
  ['canceled', 'Canceled'],
];

/** Types of what runs here. */
export const unifiedTypes: readonly Choice[] = [
  ['project_update', 'Project Update'],
  ['inventory_update', 'Inventory Update'],
  ['job', 'Playbook Run'],
  ['ad_hoc_command', 'Command'],
];

/** What everything that runs has. */
export const unifiedFields = {
  ...identity,
  name: text(naming.name.label, readOnly),
  description: text('Description', readOnly),
  launch_type: choice(
    'Launch type',
    [
      ['manual', 'Manual'],
      ['relaunch', 'Relaunch'],
      ['dependency', 'Dependency'],
      ['sync', 'Sync'],
      ['scm', 'SCM Update'],
    ],
    readOnly,
  ),
  status: choice('Status', unifiedStatuses, readOnly),
  execution_environment: reference('Execution environment', 'execution_environments', readOnly),
  failed: boolean('Failed', readOnly),
  started: datetime('Started'),
  finished: datetime('Finished'),
  canceled_on: datetime('Canceled on'),
  elapsed: float('Elapsed', readOnly),
  job_args: text('Job args', { isReadOnly: true, isDetail: true }),
  job_cwd: text('Job cwd', { isReadOnly: true, isDetail: true }),
  job_env: json('Job env', { isReadOnly: true, isDetail: true }),
  job_explanation: text('Job explanation', readOnly),
  execution_node: text('Execution node', readOnly),
  controller_node: text('Controller node', readOnly),
  result_traceback: text('Result traceback', { isReadOnly: true, isDetail: true }),
  event_processing_finished: boolean('Event processing finished', {
    isReadOnly: true,
    isDetail: true,
  }),
  work_unit_id: nullableText('Work unit ID', readOnly),
  unified_job_template: nullableInteger('Unified job template', readOnly),
  launched_by: object('Launched by', { isStored: false }),
  instance_group: reference('Instance group', 'instance_groups', readOnly),
};

/** The row of something that runs. Whatever ended and is owed no event has all that it will ever have: whoever waits for that is let go. */
export function presentUnified(row: Row): Row {
  const isActive = ['new', 'pending', 'waiting', 'running'].includes(String(row['status']));
  const emitted = row['emitted_events'] ?? null;
  const hasAll =
    row['event_processing_finished'] === true ||
    emitted === null ||
    Number(row['stored_events']) >= Number(emitted);
  return { ...row, event_processing_finished: !isActive && hasAll };
}
