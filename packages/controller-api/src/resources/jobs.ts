import { boolean, integer, json, object, reference, text } from './fields.js';
import { jobOptions } from './job-options.js';
import { defineResource } from './resource.js';
import { presentUnified, unifiedFields } from './unified-fields.js';

const readOnly = { isReadOnly: true };

/** Runs of playbooks. */
export const jobs = defineResource({
  path: 'jobs',
  type: 'job',
  label: 'Job',
  fields: {
    ...unifiedFields,
    ...jobOptions,
    job_template: reference('Job template', 'job_templates', readOnly),
    become_enabled: boolean('Become enabled', readOnly),
    artifacts: json('Artifacts', { isReadOnly: true, isDetail: true }),
    scm_revision: text('SCM revision', readOnly),
    job_slice_number: integer('Job slice number', readOnly),
    job_slice_count: integer('Job slice count', { isReadOnly: true, initial: 1 }),
    host_status_counts: object('Host status counts', { isDetail: true, isStored: false }),
    playbook_counts: object('Playbook counts', { isDetail: true, isStored: false }),
  },
  search: ['name', 'description'],
  relations: { job_events: 'job_events', job_host_summaries: 'job_host_summaries' },
  lists: {
    job_events: { of: 'job_events', by: 'job', isReadOnly: true },
    job_host_summaries: { of: 'job_host_summaries', by: 'job', isReadOnly: true },
    credentials: { of: 'credentials', through: 'credentials', isReadOnly: true },
  },
  own: { stdout: 'stdout', cancel: 'cancel', relaunch: 'relaunch' },
  summary: ['status', 'failed', 'elapsed'],
  can: { create: false, change: false, delete: true },
  present: ({ play_count, task_count, ...row }) => ({
    ...presentUnified(row),
    playbook_counts: { play_count, task_count },
    host_status_counts: row['host_status_counts'] ?? {},
  }),
});
