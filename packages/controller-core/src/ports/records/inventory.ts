/** A group of hosts. */
export interface Group {
  readonly id: number;
  readonly inventory_id: number;
  readonly name: string;
  readonly variables: string;
  readonly description: string;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}

/** A host of an inventory. */
export interface Host {
  readonly id: number;
  readonly inventory_id: number;
  readonly name: string;
  readonly enabled: boolean;
  readonly instance_id: string;
  readonly variables: string;
  readonly last_job_id: number | null;
  readonly last_job_host_summary_id: number | null;
  readonly description: string;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}

/** Hosts and groups of them. `variables` is YAML or JSON as it was given. */
export interface Inventory {
  readonly id: number;
  readonly name: string;
  readonly organization_id: number | null;
  readonly kind: '';
  readonly variables: string;
  readonly prevent_instance_group_fallback: boolean;
  readonly pending_deletion: boolean;
  readonly description: string;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}

/** Where hosts of an inventory come from. */
export interface InventorySource {
  readonly id: number;
  readonly name: string;
  readonly inventory_id: number;
  readonly source: 'file' | 'scm';
  readonly source_project_id: number | null;
  readonly source_path: string;
  readonly source_vars: string;
  readonly scm_branch: string;
  readonly credential_id: number | null;
  readonly execution_environment_id: number | null;
  readonly enabled_var: string;
  readonly enabled_value: string;
  readonly host_filter: string;
  readonly limit: string;
  readonly overwrite: boolean;
  readonly overwrite_vars: boolean;
  readonly verbosity: number;
  readonly timeout: number;
  readonly update_on_launch: boolean;
  readonly update_cache_timeout: number;
  readonly update_on_project_update: boolean;
  readonly last_updated: Date | null;
  readonly last_job_id: number | null;
  readonly last_job_run: Date | null;
  readonly last_job_failed: boolean;
  readonly status: string;
  readonly description: string;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
}
