import { boolean, identity, integer, reference, text } from './fields.js';
import { defineResource } from './resource.js';

const readOnly = { isReadOnly: true };

/** How a job went on a host. */
export const jobHostSummaries = defineResource({
  path: 'job_host_summaries',
  type: 'job_host_summary',
  label: 'Job Host Summary',
  fields: {
    ...identity,
    job: reference('Job', 'jobs', readOnly),
    host: reference('Host', 'hosts', readOnly),
    host_name: text('Host name', readOnly),
    changed: integer('Changed', readOnly),
    dark: integer('Dark', readOnly),
    failures: integer('Failures', readOnly),
    ok: integer('Ok', readOnly),
    processed: integer('Processed', readOnly),
    skipped: integer('Skipped', readOnly),
    failed: boolean('Failed', readOnly),
    ignored: integer('Ignored', readOnly),
    rescued: integer('Rescued', readOnly),
  },
  search: ['host_name'],
  isNested: true,
  can: { create: false, change: false, delete: false },
});
