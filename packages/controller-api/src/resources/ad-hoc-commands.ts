import { adHocModules } from '@receptorjs/controller-core';
import { boolean, choice, integer, json, reference, text } from './fields.js';
import { jobType, verbosity } from './job-options.js';
import { defineResource } from './resource.js';
import { presentUnified, unifiedFields } from './unified-fields.js';

/** A module, run once on hosts of an inventory. Making one starts it. */
export const adHocCommands = defineResource({
  path: 'ad_hoc_commands',
  type: 'ad_hoc_command',
  label: 'Ad Hoc Command',
  fields: {
    ...unifiedFields,
    execution_environment: reference('Execution environment', 'execution_environments'),
    job_type: jobType,
    inventory: reference('Inventory', 'inventories', { isRequired: true }),
    limit: text('Limit', { maxLength: 100_000 }),
    credential: reference('Credential', 'credentials'),
    module_name: choice(
      'Module name',
      adHocModules.map((name) => [name, name] as const),
    ),
    module_args: text('Module args', { maxLength: 100_000 }),
    forks: integer('Forks', { minimum: 0 }),
    verbosity,
    extra_vars: text('Extra vars', { maxLength: 1_000_000 }),
    become_enabled: boolean('Become enabled'),
    diff_mode: boolean('Diff mode'),
    credential_passwords: json('Credential passwords', {
      isStored: false,
      isWriteOnly: true,
      help: 'Passwords that the credential asks for at each launch.',
    }),
  },
  search: ['name', 'description'],
  lists: { events: { of: 'ad_hoc_command_events', by: 'ad_hoc_command', isReadOnly: true } },
  own: { stdout: 'stdout', cancel: 'cancel', relaunch: 'relaunch' },
  summary: ['status', 'failed', 'elapsed'],
  can: { create: true, change: false, delete: true },
  present: presentUnified,
});
