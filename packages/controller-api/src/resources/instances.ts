import { nodeCapacity, percentRemaining, type NodeType } from '@receptorjs/controller-core';
import {
  boolean,
  choice,
  datetime,
  decimal,
  float,
  identity,
  idList,
  integer,
  nullableInteger,
  nullableText,
  text,
} from './fields.js';
import { defineResource } from './resource.js';

const readOnly = { isReadOnly: true };
const hostnamePattern = /^[A-Za-z0-9._-]{1,250}$/;

/** Machines of the mesh. They are found there, or registered by its installer; here they are looked at, switched off and on, and taken out. */
export const instances = defineResource({
  path: 'instances',
  type: 'instance',
  label: 'Instance',
  fields: {
    ...identity,
    hostname: text('Hostname', { isRequired: true, isFixed: true, maxLength: 250 }),
    uuid: text('UUID', readOnly),
    last_seen: datetime('Last seen'),
    health_check_started: datetime('Health check started'),
    health_check_pending: boolean('Health check pending', { isReadOnly: true, isStored: false }),
    last_health_check: datetime('Last health check'),
    errors: text('Errors', readOnly),
    capacity_adjustment: decimal('Capacity adjustment', { initial: '1.00' }),
    version: text('Version', readOnly),
    capacity: integer('Capacity', readOnly),
    consumed_capacity: integer('Consumed capacity', readOnly),
    percent_capacity_remaining: float('Percent capacity remaining', {
      isReadOnly: true,
      isStored: false,
    }),
    jobs_running: integer('Jobs running', readOnly),
    jobs_total: integer('Jobs total', readOnly),
    cpu: decimal('CPU', readOnly),
    memory: integer('Memory', { isReadOnly: true, maximum: Number.MAX_SAFE_INTEGER }),
    cpu_capacity: integer('CPU capacity', readOnly),
    mem_capacity: integer('Memory capacity', readOnly),
    enabled: boolean('Enabled', { initial: true }),
    managed_by_policy: boolean('Managed by policy', { initial: true }),
    node_type: choice(
      'Node type',
      [
        ['execution', 'Execution plane node'],
        ['control', 'Control plane node'],
        ['hybrid', 'Controller and execution'],
        ['hop', 'Message-passing node, no execution capability'],
      ],
      { isFixed: true },
    ),
    node_state: choice('Node state', [
      ['installed', 'Installed'],
      ['ready', 'Ready'],
      ['unavailable', 'Unavailable'],
      ['deprovisioning', 'De-provisioning'],
      ['provisioning', 'Provisioning'],
      ['provision-fail', 'Provisioning Failure'],
      ['deprovision-fail', 'De-provisioning Failure'],
    ]),
    managed: boolean('Managed', readOnly),
    ip_address: nullableText('IP address', readOnly),
    listener_port: nullableInteger('Listener port', { minimum: 1024, maximum: 65_535 }),
    peers_from_control_nodes: boolean('Peers from control nodes'),
    approved: boolean('Approved', {
      initial: true,
      help: 'Whether a node that has appeared in the mesh may be asked and used.',
    }),
    drain_deadline: datetime('Drain deadline', {
      isReadOnly: false,
      help: 'When jobs that still run on a node that is taken out are dealt with.',
    }),
    drain_action: choice(
      'Drain action',
      [
        ['wait', 'Left to come to their ends'],
        ['cancel', 'Canceled'],
      ],
      { help: 'What becomes of them then.' },
    ),
    peers: idList('Peers', { isStored: false }),
    reverse_peers: idList('Reverse peers', { isStored: false }),
    protocol: text('Protocol', { isReadOnly: true, isStored: false }),
  },
  naturalKey: 'hostname',
  search: ['hostname'],
  relations: { instance_groups: 'instance_groups', jobs: 'unified_jobs' },
  lists: {
    receptor_addresses: { of: 'receptor_addresses', by: 'instance', isReadOnly: true },
    jobs: { of: 'unified_jobs', through: 'jobs', isReadOnly: true },
    instance_groups: { of: 'instance_groups', through: 'instance_groups' },
  },
  summary: ['hostname'],
  unique: [['hostname']],
  order: 'hostname',
  own: { health_check: 'health_check' },
  can: { create: true, change: true, delete: true },
  check(values, { existing }) {
    const errors: Record<string, string[]> = {};
    if (existing === undefined) {
      const type = values['node_type'];
      if (type !== 'execution' && type !== 'hop')
        errors['node_type'] = ['Can only create execution or hop nodes.'];
      if (!hostnamePattern.test(String(values['hostname'])))
        errors['hostname'] = [
          'Hostname must have letters, digits, dots, dashes and underscores alone.',
        ];
      if (values['node_state'] !== 'installed')
        errors['node_state'] = ["Can only create instances in the 'installed' state."];
      return errors;
    }
    const port = values['listener_port'];
    const portBefore = existing['listener_port'];
    if (port !== undefined && port !== portBefore && port !== null && portBefore !== null)
      errors['listener_port'] = ['Cannot change listener port.'];
    const state = values['node_state'];
    if (state !== undefined && state !== existing['node_state']) {
      if (state !== 'deprovisioning')
        errors['node_state'] = ["Can only change instances to the 'deprovisioning' state."];
      else if (existing['node_type'] !== 'execution' && existing['node_type'] !== 'hop')
        errors['node_state'] = ['Can only deprovision execution or hop nodes.'];
      else if (existing['managed'] === true)
        errors['node_state'] = ['Cannot deprovision managed nodes.'];
    }
    if (Number(values['capacity_adjustment'] ?? 0) < 0)
      errors['capacity_adjustment'] = ['Ensure this value is greater than or equal to 0.'];
    return errors;
  },
  prepare(values, { existing }) {
    if (existing === undefined)
      return values['node_type'] === 'hop' ? values : { ...values, version: 'ansible-runner-???' };
    if (values['enabled'] === undefined && values['capacity_adjustment'] === undefined)
      return values;
    const now = { ...existing, ...values };
    const capacity = nodeCapacity({
      nodeType: now['node_type'] as NodeType,
      isEnabled: now['enabled'] === true && now['node_state'] === 'ready',
      adjustment: Number(now['capacity_adjustment']),
      cpuCapacity: Number(now['cpu_capacity']),
      memCapacity: Number(now['mem_capacity']),
    });
    return { ...values, capacity };
  },
  present(row) {
    const { capacity, consumed_capacity, health_check_started, last_health_check } = row;
    const { health_check_requested: requested } = row;
    const percent_capacity_remaining = percentRemaining(
      Number(capacity),
      Number(consumed_capacity),
    );
    const started = Math.max(Number(health_check_started ?? 0), Number(requested ?? 0));
    const health_check_pending = started > Number(last_health_check ?? 0);
    return { ...row, percent_capacity_remaining, health_check_pending, protocol: 'tcp' };
  },
});
