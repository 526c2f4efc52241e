import type { JobState } from '../../domain/job-states.js';
import type { JsonObject } from './json.js';

/** An event of a job as it is stored, unique by job and counter. */
export interface StoredJobEvent {
  readonly id: number;
  readonly job_id: number;
  readonly counter: number;
  readonly uuid: string;
  readonly parent_uuid: string;
  readonly event: string;
  readonly event_level: number;
  readonly event_data: JsonObject;
  readonly failed: boolean;
  readonly changed: boolean;
  readonly host_id: number | null;
  readonly host_name: string;
  readonly playbook: string;
  readonly play: string;
  readonly task: string;
  readonly role: string;
  readonly stdout: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly verbosity: number;
  readonly created: Date;
  readonly modified: Date;
}

/** What became of a host in a job. */
export interface JobHostSummary {
  readonly id: number;
  readonly job_id: number;
  readonly host_id: number | null;
  readonly host_name: string;
  readonly ok: number;
  readonly changed: number;
  readonly dark: number;
  readonly failures: number;
  readonly skipped: number;
  readonly processed: number;
  readonly ignored: number;
  readonly rescued: number;
  readonly failed: boolean;
  readonly created: Date;
  readonly modified: Date;
}

/** What a job does. */
export type JobType =
  'job' | 'ad_hoc_command' | 'project_update' | 'inventory_update' | 'system_job';

/** What has started a job. */
export type LaunchType =
  | 'manual'
  | 'relaunch'
  | 'callback'
  | 'scheduled'
  | 'dependency'
  | 'workflow'
  | 'webhook'
  | 'sync'
  | 'scm';

/** A job of any type. What its type has no use for is empty. `elapsed` in seconds as decimal text. */
export interface UnifiedJob {
  readonly id: number;
  readonly type: JobType;
  readonly name: string;
  readonly description: string;
  readonly status: JobState;
  readonly launch_type: LaunchType;
  readonly created: Date;
  readonly modified: Date;
  readonly created_by_id: number | null;
  readonly modified_by_id: number | null;
  readonly started: Date | null;
  readonly finished: Date | null;
  readonly elapsed: string;
  readonly unified_job_template_id: number | null;
  readonly job_template_id: number | null;
  readonly project_id: number | null;
  readonly inventory_id: number | null;
  readonly inventory_source_id: number | null;
  readonly organization_id: number | null;
  readonly credential_id: number | null;
  readonly execution_environment_id: number | null;
  readonly source_project_update_id: number | null;
  readonly relaunched_from_id: number | null;
  readonly job_type: 'run' | 'check' | 'scan' | 'cleanup';
  readonly playbook: string;
  readonly scm_type: string;
  readonly scm_url: string;
  readonly scm_branch: string;
  readonly scm_refspec: string;
  readonly scm_clean: boolean;
  readonly scm_track_submodules: boolean;
  readonly scm_delete_on_update: boolean;
  readonly scm_revision: string;
  readonly source: string;
  readonly source_path: string;
  readonly source_vars: string;
  readonly overwrite: boolean;
  readonly overwrite_vars: boolean;
  readonly module_name: string;
  readonly module_args: string;
  readonly forks: number;
  readonly limit: string;
  readonly verbosity: number;
  readonly extra_vars: string;
  readonly job_tags: string;
  readonly skip_tags: string;
  readonly start_at_task: string;
  readonly force_handlers: boolean;
  readonly timeout: number;
  readonly use_fact_cache: boolean;
  readonly become_enabled: boolean;
  readonly diff_mode: boolean;
  readonly allow_simultaneous: boolean;
  readonly job_slice_number: number;
  readonly job_slice_count: number;
  readonly slice_group: string | null;
  readonly task_impact: number;
  readonly preferred_instance_groups: readonly number[];
  readonly dependencies_processed: boolean;
  readonly start_args: string;
  readonly instance_group_id: number | null;
  readonly controller_node: string;
  readonly execution_node: string;
  /** The name of its submission, stored before the first attempt; of its unit, stored before that starts. */
  readonly submission_id: string | null;
  /** Where its unit lies: the node that runs it, or that keeps its pod; empty before it was submitted. */
  readonly work_unit_node: string;
  /** Its trace; empty for none. */
  readonly traceparent: string;
  /** How far its run was taken, as whoever wrote it knows it; null where that is its beginning. */
  readonly run_position: JsonObject | null;
  readonly work_unit_id: string | null;
  readonly cancel_flag: boolean;
  readonly canceled_on: Date | null;
  /** Who owns it, and the token that its writes carry: it grows with each new owner. */
  readonly lease_id: number | null;
  readonly lease_token: number;
  readonly failed: boolean;
  readonly job_explanation: string;
  readonly result_traceback: string;
  readonly job_args: string;
  readonly job_cwd: string;
  readonly job_env: Readonly<Record<string, string>>;
  readonly artifacts: JsonObject;
  readonly ansible_version: string;
  readonly installed_collections: JsonObject;
  readonly host_status_counts: Readonly<Record<string, number>> | null;
  readonly play_count: number;
  readonly task_count: number;
  /** How many the worker has sent; null until it has ended. */
  readonly emitted_events: number | null;
  readonly stored_events: number;
  /** All events up to it are stored. */
  readonly last_event_counter: number;
  /** Whether it has ended and all that was emitted is stored. */
  readonly event_processing_finished: boolean;
}
