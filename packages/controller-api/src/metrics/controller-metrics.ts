import type { ResourceStore, Row } from '@receptorjs/controller-core';
import type { ApiContext } from '../api-context.js';
import { everything } from '../query/criteria.js';

/** One value of a metric, with what tells it from the others. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric as it is told. */
export interface Metric {
  readonly help_text: string;
  readonly type: 'gauge';
  readonly samples: readonly Sample[];
}

/** Metrics by name. */
export type Metrics = ReadonlyMap<string, Metric>;

const MAX_INSTANCES = 10_000;
const statuses = [
  'new',
  'pending',
  'waiting',
  'running',
  'successful',
  'failed',
  'error',
  'canceled',
];
/** Totals by their resource. */
const totals: Readonly<Record<string, string>> = {
  organizations: 'organizations',
  users: 'users',
  inventories: 'inventories',
  projects: 'projects',
  job_templates: 'job_templates',
  hosts: 'hosts',
};

/** What is counted in the database, under AWX's names. */
export async function controllerMetrics({
  store,
  sessions,
  facts,
  now,
}: ApiContext): Promise<Metrics> {
  const found = new Map<string, Metric>();
  const add = (name: string, help_text: string, samples: readonly Sample[]): void => {
    found.set(`awx_${name}`, { help_text, type: 'gauge', samples });
  };
  const one = (value: number): Sample[] => [{ labels: {}, value }];

  const { installUuid, version } = facts;
  add('system_info', 'AWX system information', [
    { labels: { install_uuid: installUuid, tower_version: version }, value: 1 },
  ]);
  for (const [name, resource] of Object.entries(totals))
    add(`${name}_total`, `Number of ${name}`, one(await store.count(resource, everything)));
  add('sessions_total', 'Number of sessions', [
    { labels: { type: 'all' }, value: await sessions.count(now()) },
  ]);
  const byStatus = await countsByStatus(store);
  add(
    'running_jobs_total',
    'Number of running jobs on the system',
    one(byStatus.get('running') ?? 0),
  );
  add(
    'pending_jobs_total',
    'Number of pending jobs on the system',
    one(byStatus.get('pending') ?? 0),
  );
  add(
    'status_total',
    'Status of Job launched',
    [...byStatus].map(([status, value]) => ({ labels: { status }, value })),
  );
  const nodes = await store.list('instances', {
    criterion: everything,
    order: [],
    limit: MAX_INSTANCES,
    offset: 0,
    computed: ['consumed_capacity'],
  });
  addInstances(nodes, add);
  add(
    'instance_status_total',
    'Status of Job launched, by instance',
    await samplesByNode(store, nodes),
  );
  return found;
}

type Add = (name: string, help: string, samples: readonly Sample[]) => void;

function addInstances(nodes: readonly Row[], add: Add): void {
  const labels = (node: Row) => ({
    hostname: String(node['hostname']),
    instance_uuid: String(node['uuid']),
    node: String(node['hostname']),
    node_type: String(node['node_type']),
  });
  const each = (value: (node: Row) => number): Sample[] =>
    nodes.map((node) => ({ labels: labels(node), value: value(node) }));
  const of = (name: string) => each((node) => Number(node[name]));
  add('instance_capacity', 'Capacity of each node', of('capacity'));
  add('instance_cpu', 'CPU cores on each node', of('cpu'));
  add('instance_memory', 'RAM (bytes) on each node', of('memory'));
  add('instance_consumed_capacity', 'Consumed capacity of each node', of('consumed_capacity'));
  add(
    'instance_remaining_capacity',
    'Remaining capacity of each node',
    each((node) => Number(node['capacity']) - Number(node['consumed_capacity'])),
  );
  add(
    'instance_info',
    'Info about each node',
    nodes.map((node) => ({
      labels: {
        ...labels(node),
        enabled: String(node['enabled']),
        node_state: String(node['node_state']),
        version: String(node['version']),
      },
      value: 1,
    })),
  );
}

async function countsByStatus(store: ResourceStore): Promise<ReadonlyMap<string, number>> {
  const groups = await store.countBy('unified_jobs', ['status'], everything);
  const counts = new Map(groups.map(({ values, count }) => [values['status'], count]));
  return new Map(statuses.map((status) => [status, counts.get(status) ?? 0]));
}

async function samplesByNode(store: ResourceStore, nodes: readonly Row[]): Promise<Sample[]> {
  const groups = await store.countBy('unified_jobs', ['execution_node', 'status'], everything);
  const known = new Set(nodes.map(({ hostname }) => hostname));
  return groups
    .filter(({ values }) => known.has(values['execution_node']))
    .map(({ values, count }) => ({
      labels: { node: String(values['execution_node']), status: String(values['status']) },
      value: count,
    }));
}
