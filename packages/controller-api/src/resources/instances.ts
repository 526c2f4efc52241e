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

/** Machines of the mesh. They are found there, or registered by its installer; here they are looked at, switched off and on, and taken out. */
export const instances = defineResource({
  path: 'instances',
  type: 'instance',
  label: 'Instance',
  fields: {
    ...identity,
    hostname: text('Hostname', { isReadOnly: true }),
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
        ['control', 'Control plane node'],
        ['execution', 'Execution plane node'],
        ['hybrid', 'Controller and execution'],
        ['hop', 'Message-passing node, no execution capability'],
      ],
      readOnly,
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
    listener_port: nullableInteger('Listener port', readOnly),
    peers_from_control_nodes: boolean('Peers from control nodes', readOnly),
    peers: idList('Peers', { isStored: false }),
    reverse_peers: idList('Reverse peers', { isStored: false }),
    protocol: text('Protocol', { isReadOnly: true, isStored: false }),
  },
  naturalKey: 'hostname',
  search: ['hostname'],
  relations: { instance_groups: 'instance_groups', jobs: 'unified_jobs' },
  lists: {
    jobs: { of: 'unified_jobs', through: 'jobs', isReadOnly: true },
    instance_groups: { of: 'instance_groups', through: 'instance_groups' },
  },
  summary: ['hostname'],
  unique: [['hostname']],
  order: 'hostname',
  can: { create: false, change: true, delete: false },
  check(values, { existing }) {
    const errors: Record<string, string[]> = {};
    const state = values['node_state'];
    if (state !== undefined && state !== existing?.['node_state']) {
      if (state !== 'deprovisioning')
        errors['node_state'] = ["Can only change instances to the 'deprovisioning' state."];
      else if (existing?.['managed'] === true)
        errors['node_state'] = ['Cannot deprovision managed nodes.'];
    }
    if (Number(values['capacity_adjustment'] ?? 0) < 0)
      errors['capacity_adjustment'] = ['Ensure this value is greater than or equal to 0.'];
    return errors;
  },
  prepare(values, { existing = {} }) {
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
    const percent_capacity_remaining = percentRemaining(
      Number(capacity),
      Number(consumed_capacity),
    );
    const started = Number(health_check_started ?? 0);
    const health_check_pending = started > Number(last_health_check ?? 0);
    return { ...row, percent_capacity_remaining, health_check_pending, protocol: 'tcp' };
  },
});
