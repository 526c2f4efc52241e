import {
  DomainError,
  percentRemaining,
  podManifest,
  type ResourceStore,
  type Row,
} from '@receptorjs/controller-core';
import { boolean, float, identity, integer, naming, reference, text, textList } from './fields.js';
import { defineResource, type FieldErrors } from './resource.js';
import { variablesOf } from './variables.js';

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
  async check(values, { existing, store }): Promise<FieldErrors> {
    const now = { ...existing, ...values };
    return {
      ...renamingProblem(values, existing),
      ...podSpecProblem(now),
      ...(await credentialProblem(now, store)),
    };
  },
  present(row) {
    const { capacity, consumed_capacity } = row;
    const percent = percentRemaining(Number(capacity), Number(consumed_capacity));
    return { ...row, percent_capacity_remaining: percent };
  },
});

function renamingProblem(values: Row, existing: Row | undefined): FieldErrors {
  const name = existing?.['name'];
  if (typeof name !== 'string' || !reserved.includes(name)) return {};
  return values['name'] === undefined || values['name'] === name
    ? {}
    : { name: [`Instance group ${name} cannot be renamed.`] };
}

/** What is wrong with the pod of a container group, besides what its cluster alone knows. */
function podSpecProblem({
  is_container_group: isContainerGroup,
  pod_spec_override: text,
}: Row): FieldErrors {
  if (typeof text !== 'string' || text === '') return {};
  const problem = (why: string): FieldErrors => ({ pod_spec_override: [why] });
  if (isContainerGroup !== true)
    return problem('Only container groups have pods (is_container_group).');
  const override = variablesOf(text);
  if (override === undefined) return problem('Must be a mapping in JSON or YAML format.');
  try {
    podManifest({ jobId: 1, installUuid: '', image: 'image', override });
    return {};
  } catch (error) {
    if (error instanceof DomainError) return problem(`This makes no pod: ${error.message}.`);
    throw error;
  }
}

async function credentialProblem(
  { is_container_group: isContainerGroup, credential: id }: Row,
  store: ResourceStore,
): Promise<FieldErrors> {
  if (typeof id !== 'number') return {};
  if (isContainerGroup !== true)
    return { credential: ['Only container groups have credentials (is_container_group).'] };
  const credential = await store.get('credentials', id);
  return credential?.['kind'] === 'kubernetes'
    ? {}
    : { credential: ['A credential of kind kubernetes is allowed.'] };
}
