import {
  boolean,
  choice,
  identity,
  integer,
  naming,
  nullableText,
  reference,
  text,
} from './fields.js';
import { defineResource } from './resource.js';
import { variablesProblem } from './variables.js';

const count = { isReadOnly: true };

/** Hosts and groups that jobs are run on. */
export const inventories = defineResource({
  path: 'inventories',
  type: 'inventory',
  label: 'Inventory',
  fields: {
    ...identity,
    ...naming,
    organization: reference('Organization', 'organizations', { isRequired: true }),
    kind: choice('Kind', [['', 'Hosts have a direct link to this inventory.']], {
      help: 'Kind of inventory being represented.',
    }),
    // of smart inventories, which are not here; clients compare it with what they want
    host_filter: nullableText('Host filter', { isReadOnly: true, isStored: false }),
    variables: text('Variables', {
      maxLength: 1_000_000,
      help: 'Inventory variables in JSON or YAML format.',
    }),
    prevent_instance_group_fallback: boolean('Prevent instance group fallback'),
    has_active_failures: boolean('Has active failures', { isReadOnly: true, isStored: false }),
    total_hosts: integer('Total hosts', count),
    hosts_with_active_failures: integer('Hosts with active failures', count),
    total_groups: integer('Total groups', count),
    has_inventory_sources: boolean('Has inventory sources', { isReadOnly: true, isStored: false }),
    total_inventory_sources: integer('Total inventory sources', count),
  },
  search: ['name', 'description'],
  relations: {
    hosts: 'hosts',
    groups: 'groups',
    job_templates: 'job_templates',
    inventory_sources: 'inventory_sources',
    instance_groups: 'instance_groups',
  },
  lists: {
    hosts: { of: 'hosts', by: 'inventory' },
    groups: { of: 'groups', by: 'inventory' },
    inventory_sources: { of: 'inventory_sources', by: 'inventory' },
    job_templates: { of: 'job_templates', by: 'inventory', isReadOnly: true },
    instance_groups: { of: 'instance_groups', through: 'instance_groups' },
    ad_hoc_commands: { of: 'ad_hoc_commands', by: 'inventory', isReadOnly: true },
  },
  own: { variable_data: 'variable_data' },
  summary: ['total_hosts', 'kind'],
  unique: [['name', 'organization']],
  order: 'name',
  usedBy: [
    ['jobs', 'inventory'],
    ['ad_hoc_commands', 'inventory'],
    ['inventory_updates', 'inventory'],
  ],
  can: { create: true, change: true, delete: true },
  check: (values) => variablesProblem(values, 'variables'),
  present: (row) => ({
    ...row,
    has_active_failures: Number(row['hosts_with_active_failures']) > 0,
    has_inventory_sources: Number(row['total_inventory_sources']) > 0,
  }),
});
