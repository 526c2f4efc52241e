import { named, references, type ResourceTable } from './resource-table.js';

const group = references({ credential: 'credentials' });
const address = references({ instance: 'instances' });
const token = references({
  instance_group: 'instance_groups',
  peer: 'instances',
  created_by: 'users',
});

/** Jobs that take room of an instance: on it, or handled by it. */
const active = `status in ('waiting', 'running')`;

/** Machines of the mesh and their groups. */
export const meshTables: Readonly<Record<string, ResourceTable>> = {
  instances: {
    table: 'instances',
    columns: named(
      'id',
      'hostname',
      'uuid',
      'node_type',
      'node_state',
      'enabled',
      'managed',
      'managed_by_policy',
      'capacity_adjustment',
      'cpu',
      'memory',
      'cpu_capacity',
      'mem_capacity',
      'capacity',
      'version',
      'errors',
      'ip_address',
      'listener_port',
      'peers_from_control_nodes',
      'last_seen',
      'last_health_check',
      'health_check_started',
      'health_check_requested',
      'approved',
      'drain_deadline',
      'drain_action',
      'created',
      'modified',
    ),
    computed: {
      consumed_capacity: `((select coalesce(sum(j.task_impact), 0) from unified_jobs j where j.${active} and j.execution_node = t.hostname)
        + case when t.node_type in ('control', 'hybrid')
          then (select count(*) from unified_jobs j where j.${active} and j.controller_node = t.hostname) else 0 end)`,
      jobs_running: `(select count(*) from unified_jobs j where j.${active} and j.execution_node = t.hostname)`,
      jobs_total: `(select count(*) from unified_jobs j where j.execution_node = t.hostname)`,
      peers: `(select coalesce(jsonb_agg(l.target_address_id order by l.target_address_id), '[]') from instance_links l
        where l.source_id = t.id and l.target_address_id is not null)`,
      reverse_peers: `(select coalesce(jsonb_agg(l.source_id order by l.source_id), '[]') from instance_links l where l.target_id = t.id)`,
    },
    relations: {
      instance_groups: {
        kind: 'through',
        to: 'instance_groups',
        table: 'instance_group_instances',
        near: 'instance_id',
        far: 'instance_group_id',
      },
      jobs: { kind: 'many', to: 'unified_jobs', column: 'execution_node', by: 'hostname' },
    },
  },
  receptor_addresses: {
    table: 'receptor_addresses',
    columns: {
      ...named('id', 'address', 'port', 'protocol', 'websocket_path', 'is_internal', 'canonical'),
      ...named('peers_from_control_nodes'),
      ...address.columns,
    },
    relations: { ...address.relations },
  },
  instance_groups: {
    table: 'instance_groups',
    columns: {
      ...named('id', 'name', 'created', 'modified', 'is_container_group', 'pod_spec_override'),
      ...named('max_concurrent_jobs', 'max_forks', 'policy_instance_percentage'),
      ...named('policy_instance_minimum', 'policy_instance_list'),
      ...group.columns,
    },
    computed: {
      instances: `(select count(*) from instance_group_instances m where m.instance_group_id = t.id)`,
      capacity: `case when t.is_container_group then t.max_forks else (select coalesce(sum(i.capacity), 0) from instance_group_instances m
        join instances i on i.id = m.instance_id where m.instance_group_id = t.id) end`,
      consumed_capacity: `(select coalesce(sum(j.task_impact), 0) from unified_jobs j where j.${active} and j.instance_group_id = t.id)`,
      jobs_running: `(select count(*) from unified_jobs j where j.${active} and j.instance_group_id = t.id)`,
      jobs_total: `(select count(*) from unified_jobs j where j.instance_group_id = t.id)`,
    },
    relations: {
      ...group.relations,
      instances: {
        kind: 'through',
        to: 'instances',
        table: 'instance_group_instances',
        near: 'instance_group_id',
        far: 'instance_id',
      },
    },
  },
  join_tokens: {
    table: 'join_tokens',
    columns: {
      ...named('id', 'digest', 'node_type', 'node_id', 'listener_host', 'listener_port'),
      ...named('expires', 'used', 'used_by', 'created', 'modified'),
      ...token.columns,
    },
    relations: token.relations,
  },
  instance_links: {
    table: 'instance_links',
    columns: {
      ...named('id', 'link_state', 'state_since', 'cost', 'rtt_ms', 'created', 'modified'),
      source: 'source_id',
      target: 'target_id',
    },
    computed: {
      source_hostname: `(select i.hostname from instances i where i.id = t.source_id)`,
      target_hostname: `(select i.hostname from instances i where i.id = t.target_id)`,
      target_full_address: `(select a.address || ':' || a.port from receptor_addresses a where a.id = t.target_address_id)`,
    },
    relations: {
      source: { kind: 'one', to: 'instances', column: 'source_id' },
      target: { kind: 'one', to: 'instances', column: 'target_id' },
    },
  },
};
