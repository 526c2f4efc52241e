import { boolean, identity, naming, reference, text } from './fields.js';
import { defineResource } from './resource.js';
import { variablesOf, variablesProblem } from './variables.js';

const MAX_PORT = 65_535;

/** A machine that jobs are run on. */
export const hosts = defineResource({
  path: 'hosts',
  type: 'host',
  label: 'Host',
  fields: {
    ...identity,
    ...naming,
    inventory: reference('Inventory', 'inventories', { isRequired: true, isFixed: true }),
    enabled: boolean('Enabled', {
      initial: true,
      help: 'Is this host online and available for running jobs?',
    }),
    instance_id: text('Instance ID', { maxLength: 1024 }),
    variables: text('Variables', {
      maxLength: 1_000_000,
      help: 'Host variables in JSON or YAML format.',
    }),
    has_active_failures: boolean('Has active failures', { isReadOnly: true }),
    last_job: reference('Last job', 'jobs', { isReadOnly: true }),
    last_job_host_summary: reference('Last job host summary', 'job_host_summaries', {
      isReadOnly: true,
    }),
  },
  search: ['name', 'description'],
  relations: { groups: 'groups', job_host_summaries: 'job_host_summaries' },
  lists: {
    groups: { of: 'groups', through: 'groups', inherits: ['inventory'] },
    job_host_summaries: { of: 'job_host_summaries', by: 'host', isReadOnly: true },
    job_events: { of: 'job_events', by: 'host', isReadOnly: true },
  },
  own: { variable_data: 'variable_data', ansible_facts: 'ansible_facts' },
  unique: [['name', 'inventory']],
  order: 'name',
  can: { create: true, change: true, delete: true },
  check(values) {
    const errors = variablesProblem(values, 'variables');
    const { port } = nameAndPort(values['name']);
    if (port !== undefined && (port < 1 || port > MAX_PORT))
      errors['name'] = [`Invalid port specification: ${port}`];
    return errors;
  },
  prepare(values) {
    const { name, port } = nameAndPort(values['name']);
    if (port === undefined) return values;
    const text = values['variables'];
    const variables = variablesOf(typeof text === 'string' ? text : '') ?? {};
    const all = { ...variables, ansible_ssh_port: port };
    return { ...values, name, variables: JSON.stringify(all) };
  },
});

/** `name:port`, split; an address of IPv6 has more colons, and no port. */
function nameAndPort(given: unknown): { name: unknown; port?: number } {
  if (typeof given !== 'string') return { name: given };
  const [, name, port] = /^([^:]+):(\d{1,9})$/.exec(given) ?? [];
  return name === undefined ? { name: given } : { name, port: Number(port) };
}
