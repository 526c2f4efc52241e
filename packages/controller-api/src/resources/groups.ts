import { identity, naming, reference, text } from './fields.js';
import { defineResource } from './resource.js';
import { variablesProblem } from './variables.js';

/** Hosts and groups of an inventory, together. */
export const groups = defineResource({
  path: 'groups',
  type: 'group',
  label: 'Group',
  fields: {
    ...identity,
    ...naming,
    inventory: reference('Inventory', 'inventories', { isRequired: true, isFixed: true }),
    variables: text('Variables', {
      maxLength: 1_000_000,
      help: 'Group variables in JSON or YAML format.',
    }),
  },
  search: ['name', 'description'],
  relations: { hosts: 'hosts', children: 'groups', parents: 'groups' },
  lists: {
    hosts: { of: 'hosts', through: 'hosts', inherits: ['inventory'] },
    children: { of: 'groups', through: 'children', inherits: ['inventory'] },
  },
  own: { variable_data: 'variable_data' },
  unique: [['name', 'inventory']],
  order: 'name',
  can: { create: true, change: true, delete: true },
  check: (values) => ({
    ...variablesProblem(values, 'variables'),
    ...(['all', '_meta'].includes(String(values['name'])) ? { name: ['Invalid group name.'] } : {}),
  }),
});
