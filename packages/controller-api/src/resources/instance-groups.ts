import { percentRemaining } from '@receptorjs/controller-core';
import { boolean, float, identity, integer, naming, reference, text, textList } from './fields.js';
import { defineResource, type FieldErrors } from './resource.js';

const computed = { isReadOnly: true };
/** Groups that the controller itself works with. */
const reserved = ['controlplane', 'default'];

/** Machines that jobs are given to together. */
export const instanceGroups = defineResource({
  path: 'instance_groups',
  type: 'instance_group',
  label: 'Instance Group',
  fields: {
    ...identity,
    name: naming.name,
    capacity: integer('Capacity', computed),
    consumed_capacity: integer('Consumed capacity', computed),
    percent_capacity_remaining: float('Percent capacity remaining', {
      isReadOnly: true,
      isStored: false,
    }),
    jobs_running: integer('Jobs running', computed),
    jobs_total: integer('Jobs total', computed),
    instances: integer('Instances', computed),
    max_concurrent_jobs: integer('Max concurrent jobs', { minimum: 0 }),
    max_forks: integer('Max forks', { minimum: 0 }),
    is_container_group: boolean('Is container group'),
    credential: reference('Credential', 'credentials'),
    policy_instance_percentage: integer('Policy instance percentage', { minimum: 0, maximum: 100 }),
    policy_instance_minimum: integer('Policy instance minimum', { minimum: 0 }),
    policy_instance_list: textList('Policy instance list'),
    pod_spec_override: text('Pod spec override', { maxLength: 100_000 }),
  },
  search: ['name'],
  relations: { instances: 'instances' },
  lists: {
    instances: { of: 'instances', through: 'instances' },
    jobs: { of: 'unified_jobs', by: 'instance_group', isReadOnly: true },
  },
  unique: [['name']],
  order: 'name',
  can: { create: true, change: true, delete: true },
  check(values, { existing }): FieldErrors {
    const name = existing?.['name'];
    if (typeof name !== 'string' || !reserved.includes(name)) return {};
    return values['name'] === undefined || values['name'] === name
      ? {}
      : { name: [`Instance group ${name} cannot be renamed.`] };
  },
  present(row) {
    const { capacity, consumed_capacity } = row;
    const percent = percentRemaining(Number(capacity), Number(consumed_capacity));
    return { ...row, percent_capacity_remaining: percent };
  },
});
