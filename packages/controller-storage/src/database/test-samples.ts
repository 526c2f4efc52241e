/** A row or more for each table, by the migration that makes it. */
export const samples: Readonly<Record<string, readonly string[]>> = {
  '0001-identity': [
    `insert into users (username, password) values ('admin', 'hash')`,
    `insert into tokens (user_id, token_hash, scope, expires) values (1, 'hash', 'write', now())`,
    `insert into sessions (id_hash, user_id, csrf_token, expires) values ('hash', 1, 'token', now())`,
    `insert into organizations (name, created_by_id) values ('Default', 1)`,
  ],
  '0002-mesh': [
    `insert into instances (hostname, node_type, node_state) values ('a', 'control', 'ready'), ('b', 'hop', 'installed')`,
    `insert into receptor_addresses (instance_id, address) values (2, 'b')`,
    `insert into instance_links (source_id, target_id, target_address_id, link_state) values (1, 2, 1, 'established')`,
    `insert into instance_groups (name, policy_instance_list) values ('default', '["a"]')`,
    `insert into instance_group_instances values (1, 1)`,
    `insert into controller_leases (hostname, expires) values ('a', now())`,
    `insert into organization_instance_groups values (1, 1, 0)`,
  ],
  '0003-resources': [
    `insert into credential_types (name, kind) values ('Machine', 'ssh')`,
    `insert into credentials (name, organization_id, credential_type_id) values ('key', 1, 1)`,
    `insert into execution_environments (name, image, credential_id) values ('default', 'image', 1)`,
    `insert into projects (name, organization_id) values ('demo', 1)`,
    `insert into inventories (name, organization_id) values ('demo', 1)`,
    `insert into inventory_instance_groups values (1, 1, 0)`,
    `insert into hosts (inventory_id, name) values (1, 'web')`,
    `insert into host_facts (host_id, facts) values (1, '{"a": 1}')`,
    `insert into groups (inventory_id, name) values (1, 'all-web'), (1, 'child')`,
    `insert into group_hosts values (1, 1)`,
    `insert into group_children values (1, 2)`,
    `insert into inventory_sources (name, inventory_id, source, source_project_id) values ('scm', 1, 'scm', 1)`,
    `insert into inventory_source_hosts values (2, 1)`,
    `insert into inventory_source_groups values (2, 1)`,
    `insert into job_templates (name, project_id, inventory_id) values ('demo', 1, 1)`,
    `insert into job_template_credentials values (3, 1)`,
    `insert into job_template_instance_groups values (3, 1, 0)`,
  ],
  '0004-jobs': [
    `insert into unified_jobs (type, name, status, job_template_id, lease_id) values
      ('job', 'demo', 'running', 3, 1), ('project_update', 'demo', 'successful', null, null)`,
    `insert into unified_job_credentials values (1, 1)`,
    `insert into unified_job_instance_groups values (1, 1, 0)`,
    `insert into unified_job_dependencies values (1, 2)`,
  ],
  '0005-events': [
    `insert into job_events (job_id, counter, event, created) values (1, 1, 'playbook_on_start', now())`,
    `insert into job_host_summaries (job_id, host_id, host_name) values (1, 1, 'web')`,
  ],
  '0013-fleet': [`insert into removed_instances (hostname) values ('gone')`],
  '0006-system': [
    `insert into activity_stream (operation, object1) values ('create', 'user')`,
    `insert into settings (key, value) values ('key', '1')`,
  ],
  '0010-job-changes': [
    `insert into job_changes (job_id, kind, status) values (1, 'status', 'running')`,
  ],
  '0020-joining': [
    `insert into certificate_authorities (name, certificate, private_key) values ('mesh', 'pem', 'locked')`,
    `insert into join_tokens (digest, node_type, instance_group_id, peer_id, expires) values ('hash', 'execution', 1, 2, now())`,
  ],
};
