import type { SchemaMigration } from './migration.js';

/** What people want of nodes, and that controllers hear of it: groups are worked out anew, checks are made, nodes are taken out. */
export const fleet: SchemaMigration = {
  name: '0013-fleet',
  statements: [
    `alter table instances add column drain_action text not null default 'wait' check (drain_action in ('wait', 'cancel'))`,
    `alter table instances add column health_check_requested timestamptz`,
    // A node that a person has removed is not registered again because the mesh shows it.
    `create table removed_instances (
      hostname text primary key,
      removed timestamptz not null default now()
    )`,
    `create function tell_fleet() returns trigger language plpgsql as $$
      begin
        perform pg_notify('fleet', '');
        return null;
      end
    $$`,
    `create function instance_is_there() returns trigger language plpgsql as $$
      begin
        delete from removed_instances where hostname = new.hostname;
        perform pg_notify('fleet', '');
        return null;
      end
    $$`,
    `create trigger instances_added after insert on instances for each row execute function instance_is_there()`,
    `create trigger instances_removed after delete on instances for each row execute function tell_fleet()`,
    `create trigger instances_wanted after update on instances for each row
      when ((old.managed_by_policy, old.capacity_adjustment, old.approved, old.enabled, old.drain_deadline, old.drain_action, old.health_check_requested)
        is distinct from (new.managed_by_policy, new.capacity_adjustment, new.approved, new.enabled, new.drain_deadline, new.drain_action, new.health_check_requested)
        or new.node_state = 'deprovisioning' and old.node_state <> 'deprovisioning')
      execute function tell_fleet()`,
    `create trigger instance_groups_changed after insert or delete on instance_groups for each row execute function tell_fleet()`,
    `create trigger instance_groups_wanted after update on instance_groups for each row
      when ((old.is_container_group, old.policy_instance_percentage, old.policy_instance_minimum, old.policy_instance_list)
        is distinct from (new.is_container_group, new.policy_instance_percentage, new.policy_instance_minimum, new.policy_instance_list))
      execute function tell_fleet()`,
    // The address of a node that listens is its hostname.
    `create function instance_listens() returns trigger language plpgsql as $$
      begin
        delete from receptor_addresses where instance_id = new.id and canonical;
        if new.listener_port is not null then
          insert into receptor_addresses (instance_id, address, port, canonical, peers_from_control_nodes)
            values (new.id, new.hostname, new.listener_port, true, new.peers_from_control_nodes)
            on conflict (address) do update set port = excluded.port, canonical = true;
        end if;
        return null;
      end
    $$`,
    `create trigger instances_listen after insert or update of listener_port, peers_from_control_nodes on instances for each row
      execute function instance_listens()`,
    `create index unified_jobs_work_unit on unified_jobs (work_unit_id) where work_unit_id is not null`,
  ],
};
