import { boolean, datetime, integer, json, reference, text, type Field } from './fields.js';
import { defineResource, type Resource } from './resource.js';

const readOnly = { isReadOnly: true };

/** What the output of a run is made of, line by line. */
export const eventFields = {
  id: integer('ID', readOnly),
  created: datetime('Created'),
  modified: datetime('Modified'),
  event: text('Event', readOnly),
  counter: integer('Counter', readOnly),
  event_data: json('Event data', readOnly),
  event_level: integer('Event level', readOnly),
  event_display: text('Event display', { isReadOnly: true, isStored: false }),
  failed: boolean('Failed', readOnly),
  changed: boolean('Changed', readOnly),
  uuid: text('UUID', readOnly),
  parent_uuid: text('Parent UUID', readOnly),
  host_name: text('Host name', readOnly),
  playbook: text('Playbook', readOnly),
  play: text('Play', readOnly),
  task: text('Task', readOnly),
  role: text('Role', readOnly),
  stdout: text('Stdout', readOnly),
  start_line: integer('Start line', readOnly),
  end_line: integer('End line', readOnly),
  verbosity: integer('Verbosity', readOnly),
};

const events = (
  path: string,
  type: string,
  label: string,
  parent: Record<string, Field>,
): Resource =>
  defineResource({
    path,
    type,
    label,
    fields: { ...eventFields, ...parent },
    search: ['stdout'],
    order: 'start_line,counter',
    isNested: true,
    can: { create: false, change: false, delete: false },
    present: (row) => ({
      ...row,
      event_display: display(String(row['event'])),
    }),
  });

const display = (event: string): string => {
  const words = event.replace(/^(?:playbook|runner)_on_/, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Events of jobs. */
export const jobEvents = events('job_events', 'job_event', 'Job Event', {
  job: reference('Job', 'jobs', readOnly),
  host: reference('Host', 'hosts', readOnly),
});

/** Events of ad hoc commands. */
export const adHocCommandEvents = events(
  'ad_hoc_command_events',
  'ad_hoc_command_event',
  'Ad Hoc Command Event',
  {
    ad_hoc_command: reference('Ad hoc command', 'ad_hoc_commands', readOnly),
    host: reference('Host', 'hosts', readOnly),
  },
);

/** Events of updates of projects. */
export const projectUpdateEvents = events(
  'project_update_events',
  'project_update_event',
  'Project Update Event',
  { project_update: reference('Project update', 'project_updates', readOnly) },
);

/** Events of updates of inventories. */
export const inventoryUpdateEvents = events(
  'inventory_update_events',
  'inventory_update_event',
  'Inventory Update Event',
  { inventory_update: reference('Inventory update', 'inventory_updates', readOnly) },
);
