// Written by tables.test.ts from what the migrations make: vitest -u writes it anew.
import type { Generated } from 'kysely';
import type { Computed, Decimal, DefaultedJson, Json, JsonColumn, NullableJson } from './columns.js';

export interface ActivityStreamTable {
  id: Generated<number>;
  timestamp: Generated<Date>;
  actor_id: number | null;
  actor_username: Generated<string>;
  action_node: Generated<string>;
  remote_address: Generated<string>;
  operation: 'create' | 'update' | 'delete' | 'associate' | 'disassociate';
  object1: string;
  object1_id: number | null;
  object2: Generated<string>;
  object2_id: number | null;
  object_relationship_type: Generated<string>;
  changes: DefaultedJson<{ readonly [key: string]: Json }>;
}

export interface CertificateAuthoritiesTable {
  id: Generated<number>;
  name: string;
  certificate: string;
  private_key: string;
  created: Generated<Date>;
}

export interface ControllerLeasesTable {
  id: Generated<number>;
  hostname: string;
  expires: Date;
  created: Generated<Date>;
}

export interface CredentialTypesTable {
  id: Generated<number>;
  name: string;
  kind: string;
  namespace: string | null;
  managed: Generated<boolean>;
  inputs: DefaultedJson<{ readonly [key: string]: Json }>;
  injectors: DefaultedJson<{ readonly [key: string]: Json }>;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface CredentialsTable {
  id: Generated<number>;
  name: string;
  organization_id: number | null;
  credential_type_id: number;
  managed: Generated<boolean>;
  inputs: DefaultedJson<{ readonly [key: string]: Json }>;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface ExecutionEnvironmentsTable {
  id: Generated<number>;
  name: string;
  image: string;
  pull: Generated<'' | 'always' | 'missing' | 'never'>;
  managed: Generated<boolean>;
  organization_id: number | null;
  credential_id: number | null;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface GroupChildrenTable {
  parent_id: number;
  child_id: number;
}

export interface GroupHostsTable {
  group_id: number;
  host_id: number;
}

export interface GroupsTable {
  id: Generated<number>;
  inventory_id: number;
  name: string;
  variables: Generated<string>;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface HostFactsTable {
  host_id: number;
  facts: JsonColumn<{ readonly [key: string]: Json }>;
  modified: Generated<Date>;
}

export interface HostsTable {
  id: Generated<number>;
  inventory_id: number;
  name: string;
  enabled: Generated<boolean>;
  instance_id: Generated<string>;
  variables: Generated<string>;
  last_job_id: number | null;
  last_job_host_summary_id: number | null;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface InstanceGroupInstancesTable {
  instance_group_id: number;
  instance_id: number;
}

export interface InstanceGroupsTable {
  id: Generated<number>;
  name: string;
  is_container_group: Generated<boolean>;
  credential_id: number | null;
  pod_spec_override: Generated<string>;
  max_concurrent_jobs: Generated<number>;
  max_forks: Generated<number>;
  policy_instance_percentage: Generated<number>;
  policy_instance_minimum: Generated<number>;
  policy_instance_list: DefaultedJson<readonly string[]>;
  created: Generated<Date>;
  modified: Generated<Date>;
}

export interface InstanceLinksTable {
  id: Generated<number>;
  source_id: number;
  target_id: number;
  target_address_id: number | null;
  link_state: 'adding' | 'established' | 'disconnected' | 'removing';
  state_since: Generated<Date>;
  cost: number | null;
  rtt_ms: number | null;
  created: Generated<Date>;
  modified: Generated<Date>;
}

export interface InstancesTable {
  id: Generated<number>;
  hostname: string;
  uuid: Generated<string>;
  node_type: 'control' | 'hybrid' | 'execution' | 'hop';
  node_state: 'installed' | 'ready' | 'unavailable' | 'deprovisioning' | 'provisioning' | 'provision-fail' | 'deprovision-fail';
  enabled: Generated<boolean>;
  managed: Generated<boolean>;
  managed_by_policy: Generated<boolean>;
  approved: Generated<boolean>;
  capacity_adjustment: Decimal;
  cpu: Decimal;
  memory: Generated<number>;
  cpu_capacity: Generated<number>;
  mem_capacity: Generated<number>;
  capacity: Generated<number>;
  version: Generated<string>;
  errors: Generated<string>;
  ip_address: string | null;
  listener_port: number | null;
  peers_from_control_nodes: Generated<boolean>;
  drain_deadline: Date | null;
  last_seen: Date | null;
  last_health_check: Date | null;
  health_check_started: Date | null;
  created: Generated<Date>;
  modified: Generated<Date>;
  drain_action: Generated<'wait' | 'cancel'>;
  health_check_requested: Date | null;
}

export interface InventoriesTable {
  id: Generated<number>;
  name: string;
  organization_id: number | null;
  kind: Generated<''>;
  variables: Generated<string>;
  prevent_instance_group_fallback: Generated<boolean>;
  pending_deletion: Generated<boolean>;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface InventoryInstanceGroupsTable {
  inventory_id: number;
  instance_group_id: number;
  position: number;
}

export interface InventorySourceGroupsTable {
  inventory_source_id: number;
  group_id: number;
}

export interface InventorySourceHostsTable {
  inventory_source_id: number;
  host_id: number;
}

export interface InventorySourcesTable {
  id: Generated<number>;
  name: string;
  inventory_id: number;
  source: 'file' | 'scm';
  source_project_id: number | null;
  source_path: Generated<string>;
  source_vars: Generated<string>;
  scm_branch: Generated<string>;
  credential_id: number | null;
  execution_environment_id: number | null;
  enabled_var: Generated<string>;
  enabled_value: Generated<string>;
  host_filter: Generated<string>;
  limit: Generated<string>;
  overwrite: Generated<boolean>;
  overwrite_vars: Generated<boolean>;
  verbosity: Generated<number>;
  timeout: Generated<number>;
  update_on_launch: Generated<boolean>;
  update_cache_timeout: Generated<number>;
  last_updated: Date | null;
  last_job_id: number | null;
  last_job_run: Date | null;
  last_job_failed: Generated<boolean>;
  status: Generated<string>;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
  update_on_project_update: Generated<boolean>;
}

export interface JobChangesTable {
  txid: Generated<number>;
  id: Generated<number>;
  job_id: number;
  kind: 'status' | 'complete';
  status: string;
  created: Generated<Date>;
}

export interface JobEventsTable {
  id: Generated<number>;
  job_id: number;
  counter: number;
  uuid: Generated<string>;
  parent_uuid: Generated<string>;
  event: string;
  event_level: Generated<number>;
  event_data: DefaultedJson<{ readonly [key: string]: Json }>;
  failed: Generated<boolean>;
  changed: Generated<boolean>;
  host_id: number | null;
  host_name: Generated<string>;
  playbook: Generated<string>;
  play: Generated<string>;
  task: Generated<string>;
  role: Generated<string>;
  stdout: Generated<string>;
  start_line: Generated<number>;
  end_line: Generated<number>;
  verbosity: Generated<number>;
  created: Date;
  modified: Generated<Date>;
}

export interface JobHostSummariesTable {
  id: Generated<number>;
  job_id: number;
  host_id: number | null;
  host_name: string;
  ok: Generated<number>;
  changed: Generated<number>;
  dark: Generated<number>;
  failures: Generated<number>;
  skipped: Generated<number>;
  processed: Generated<number>;
  ignored: Generated<number>;
  rescued: Generated<number>;
  failed: Computed<boolean>;
  created: Generated<Date>;
  modified: Generated<Date>;
}

export interface JobTemplateCredentialsTable {
  job_template_id: number;
  credential_id: number;
}

export interface JobTemplateInstanceGroupsTable {
  job_template_id: number;
  instance_group_id: number;
  position: number;
}

export interface JobTemplatesTable {
  id: Generated<number>;
  name: string;
  organization_id: number | null;
  job_type: Generated<'run' | 'check'>;
  inventory_id: number | null;
  project_id: number | null;
  execution_environment_id: number | null;
  playbook: Generated<string>;
  scm_branch: Generated<string>;
  forks: Generated<number>;
  limit: Generated<string>;
  verbosity: Generated<number>;
  extra_vars: Generated<string>;
  job_tags: Generated<string>;
  skip_tags: Generated<string>;
  start_at_task: Generated<string>;
  force_handlers: Generated<boolean>;
  timeout: Generated<number>;
  use_fact_cache: Generated<boolean>;
  become_enabled: Generated<boolean>;
  diff_mode: Generated<boolean>;
  allow_simultaneous: Generated<boolean>;
  job_slice_count: Generated<number>;
  prevent_instance_group_fallback: Generated<boolean>;
  ask_credential_on_launch: Generated<boolean>;
  ask_diff_mode_on_launch: Generated<boolean>;
  ask_execution_environment_on_launch: Generated<boolean>;
  ask_forks_on_launch: Generated<boolean>;
  ask_instance_groups_on_launch: Generated<boolean>;
  ask_inventory_on_launch: Generated<boolean>;
  ask_job_slice_count_on_launch: Generated<boolean>;
  ask_job_type_on_launch: Generated<boolean>;
  ask_limit_on_launch: Generated<boolean>;
  ask_scm_branch_on_launch: Generated<boolean>;
  ask_skip_tags_on_launch: Generated<boolean>;
  ask_tags_on_launch: Generated<boolean>;
  ask_timeout_on_launch: Generated<boolean>;
  ask_variables_on_launch: Generated<boolean>;
  ask_verbosity_on_launch: Generated<boolean>;
  last_job_id: number | null;
  last_job_run: Date | null;
  last_job_failed: Generated<boolean>;
  status: Generated<string>;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface JoinTokensTable {
  id: Generated<number>;
  digest: string;
  node_type: 'execution' | 'hop';
  node_id: Generated<string>;
  instance_group_id: number | null;
  peer_id: number | null;
  listener_host: Generated<string>;
  listener_port: number | null;
  expires: Date;
  used: Date | null;
  used_by: Generated<string>;
  key_digest: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
}

export interface OrganizationInstanceGroupsTable {
  organization_id: number;
  instance_group_id: number;
  position: number;
}

export interface OrganizationsTable {
  id: Generated<number>;
  name: string;
  description: Generated<string>;
  max_hosts: Generated<number>;
  default_environment_id: number | null;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface ProjectsTable {
  id: Generated<number>;
  name: string;
  organization_id: number | null;
  scm_type: Generated<'' | 'git' | 'archive'>;
  scm_url: Generated<string>;
  scm_branch: Generated<string>;
  scm_refspec: Generated<string>;
  scm_clean: Generated<boolean>;
  scm_track_submodules: Generated<boolean>;
  scm_delete_on_update: Generated<boolean>;
  scm_revision: Generated<string>;
  scm_update_on_launch: Generated<boolean>;
  scm_update_cache_timeout: Generated<number>;
  credential_id: number | null;
  default_environment_id: number | null;
  local_path: Generated<string>;
  allow_override: Generated<boolean>;
  timeout: Generated<number>;
  playbook_files: DefaultedJson<readonly string[]>;
  inventory_files: DefaultedJson<readonly string[]>;
  last_updated: Date | null;
  last_job_id: number | null;
  last_job_run: Date | null;
  last_job_failed: Generated<boolean>;
  status: Generated<string>;
  description: Generated<string>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
}

export interface ReceptorAddressesTable {
  id: Generated<number>;
  instance_id: number;
  address: string;
  port: Generated<number>;
  protocol: Generated<'tcp' | 'ws' | 'wss'>;
  websocket_path: Generated<string>;
  is_internal: Generated<boolean>;
  canonical: Generated<boolean>;
  peers_from_control_nodes: Generated<boolean>;
}

export interface RemovedInstancesTable {
  hostname: string;
  removed: Generated<Date>;
}

export interface SessionsTable {
  id_hash: string;
  user_id: number;
  csrf_token: string;
  remote_address: Generated<string>;
  expires: Date;
  created: Generated<Date>;
}

export interface SettingsTable {
  key: string;
  value: JsonColumn<Json>;
  modified: Generated<Date>;
}

export interface TokensTable {
  id: Generated<number>;
  user_id: number;
  description: Generated<string>;
  token_hash: string;
  scope: 'read' | 'write';
  expires: Date;
  last_used: Date | null;
  created: Generated<Date>;
  modified: Generated<Date>;
}

export interface UnifiedJobCredentialsTable {
  unified_job_id: number;
  credential_id: number;
}

export interface UnifiedJobDependenciesTable {
  unified_job_id: number;
  depends_on_id: number;
}

export interface UnifiedJobInstanceGroupsTable {
  unified_job_id: number;
  instance_group_id: number;
  position: number;
}

export interface UnifiedJobsTable {
  id: Generated<number>;
  type: 'job' | 'ad_hoc_command' | 'project_update' | 'inventory_update' | 'system_job';
  name: string;
  description: Generated<string>;
  status: 'new' | 'pending' | 'waiting' | 'running' | 'successful' | 'failed' | 'error' | 'canceled';
  launch_type: Generated<'manual' | 'relaunch' | 'callback' | 'scheduled' | 'dependency' | 'workflow' | 'webhook' | 'sync' | 'scm'>;
  created: Generated<Date>;
  modified: Generated<Date>;
  created_by_id: number | null;
  modified_by_id: number | null;
  started: Date | null;
  finished: Date | null;
  elapsed: Decimal;
  unified_job_template_id: number | null;
  job_template_id: number | null;
  project_id: number | null;
  inventory_id: number | null;
  inventory_source_id: number | null;
  organization_id: number | null;
  credential_id: number | null;
  execution_environment_id: number | null;
  source_project_update_id: number | null;
  relaunched_from_id: number | null;
  job_type: Generated<'run' | 'check' | 'scan' | 'cleanup'>;
  playbook: Generated<string>;
  scm_type: Generated<string>;
  scm_url: Generated<string>;
  scm_branch: Generated<string>;
  scm_refspec: Generated<string>;
  scm_clean: Generated<boolean>;
  scm_track_submodules: Generated<boolean>;
  scm_delete_on_update: Generated<boolean>;
  scm_revision: Generated<string>;
  source: Generated<string>;
  source_path: Generated<string>;
  source_vars: Generated<string>;
  overwrite: Generated<boolean>;
  overwrite_vars: Generated<boolean>;
  module_name: Generated<string>;
  module_args: Generated<string>;
  forks: Generated<number>;
  limit: Generated<string>;
  verbosity: Generated<number>;
  extra_vars: Generated<string>;
  job_tags: Generated<string>;
  skip_tags: Generated<string>;
  start_at_task: Generated<string>;
  force_handlers: Generated<boolean>;
  timeout: Generated<number>;
  use_fact_cache: Generated<boolean>;
  become_enabled: Generated<boolean>;
  diff_mode: Generated<boolean>;
  allow_simultaneous: Generated<boolean>;
  job_slice_number: Generated<number>;
  job_slice_count: Generated<number>;
  slice_group: string | null;
  task_impact: Generated<number>;
  preferred_instance_groups: DefaultedJson<readonly number[]>;
  dependencies_processed: Generated<boolean>;
  start_args: Generated<string>;
  instance_group_id: number | null;
  controller_node: Generated<string>;
  execution_node: Generated<string>;
  submission_id: string | null;
  work_unit_id: string | null;
  cancel_flag: Generated<boolean>;
  canceled_on: Date | null;
  lease_id: number | null;
  lease_token: Generated<number>;
  failed: Computed<boolean>;
  job_explanation: Generated<string>;
  result_traceback: Generated<string>;
  job_args: Generated<string>;
  job_cwd: Generated<string>;
  job_env: DefaultedJson<Readonly<Record<string, string>>>;
  artifacts: DefaultedJson<{ readonly [key: string]: Json }>;
  ansible_version: Generated<string>;
  installed_collections: DefaultedJson<{ readonly [key: string]: Json }>;
  host_status_counts: NullableJson<Readonly<Record<string, number>>>;
  play_count: Generated<number>;
  task_count: Generated<number>;
  emitted_events: number | null;
  stored_events: Generated<number>;
  last_event_counter: Generated<number>;
  event_processing_finished: Generated<boolean>;
  work_unit_node: Generated<string>;
  traceparent: Generated<string>;
  run_position: NullableJson<{ readonly [key: string]: Json }>;
}

export interface UsersTable {
  id: Generated<number>;
  username: string;
  first_name: Generated<string>;
  last_name: Generated<string>;
  email: Generated<string>;
  password: string;
  is_superuser: Generated<boolean>;
  is_operator: Generated<boolean>;
  is_system_auditor: Generated<boolean>;
  is_active: Generated<boolean>;
  last_login: Date | null;
  created: Generated<Date>;
  modified: Generated<Date>;
}

/** All tables, by their names. */
export interface Tables {
  activity_stream: ActivityStreamTable;
  certificate_authorities: CertificateAuthoritiesTable;
  controller_leases: ControllerLeasesTable;
  credential_types: CredentialTypesTable;
  credentials: CredentialsTable;
  execution_environments: ExecutionEnvironmentsTable;
  group_children: GroupChildrenTable;
  group_hosts: GroupHostsTable;
  groups: GroupsTable;
  host_facts: HostFactsTable;
  hosts: HostsTable;
  instance_group_instances: InstanceGroupInstancesTable;
  instance_groups: InstanceGroupsTable;
  instance_links: InstanceLinksTable;
  instances: InstancesTable;
  inventories: InventoriesTable;
  inventory_instance_groups: InventoryInstanceGroupsTable;
  inventory_source_groups: InventorySourceGroupsTable;
  inventory_source_hosts: InventorySourceHostsTable;
  inventory_sources: InventorySourcesTable;
  job_changes: JobChangesTable;
  job_events: JobEventsTable;
  job_host_summaries: JobHostSummariesTable;
  job_template_credentials: JobTemplateCredentialsTable;
  job_template_instance_groups: JobTemplateInstanceGroupsTable;
  job_templates: JobTemplatesTable;
  join_tokens: JoinTokensTable;
  organization_instance_groups: OrganizationInstanceGroupsTable;
  organizations: OrganizationsTable;
  projects: ProjectsTable;
  receptor_addresses: ReceptorAddressesTable;
  removed_instances: RemovedInstancesTable;
  sessions: SessionsTable;
  settings: SettingsTable;
  tokens: TokensTable;
  unified_job_credentials: UnifiedJobCredentialsTable;
  unified_job_dependencies: UnifiedJobDependenciesTable;
  unified_job_instance_groups: UnifiedJobInstanceGroupsTable;
  unified_jobs: UnifiedJobsTable;
  users: UsersTable;
}
