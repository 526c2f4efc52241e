/** Keys every event has. */
export interface EventBase {
  /** Unique in the run; part of the name of the event's file. */
  readonly uuid: string;
  /** 1, 2, 3 ... in the order of the output. */
  readonly counter: number;
  /** The event's text without its last line end; colours and inner line ends are kept. */
  readonly stdout: string;
  /** Lines of output before this event. */
  readonly start_line: number;
  /** Lines of output after this event. */
  readonly end_line: number;
  readonly runner_ident: string;
  /** ISO 8601 with offset. */
  readonly created: string;
}

/** Keys that events sent by the callback plugin have besides. */
export interface PluginEventBase extends EventBase {
  /** Process id of Ansible. */
  readonly pid: number;
  readonly parent_uuid?: string;
  readonly job_id?: number;
  readonly ad_hoc_command_id?: number;
  readonly project_update_id?: number;
}

/** What is known of playbook, play and task while an event happens; `{}` where data is omitted. */
export interface EventContextData {
  readonly uuid?: string;
  readonly playbook?: string;
  readonly playbook_uuid?: string;
  readonly play?: string;
  readonly play_uuid?: string;
  readonly play_pattern?: string;
  readonly task?: string;
  readonly task_uuid?: string;
  readonly task_action?: string;
  readonly resolved_action?: string | null;
  readonly task_path?: string;
  readonly task_args?: string;
  readonly role?: string;
  readonly resolved_role?: string;
}

/** Result of a module as Ansible reports it. */
export type ModuleResult = Readonly<Record<string, unknown>>;

/** Data of the events about one task on one host. */
export interface HostEventData extends EventContextData {
  readonly host?: string;
  readonly remote_addr?: string;
  readonly res?: ModuleResult;
  readonly start?: string | null;
  readonly end?: string | null;
  /** Seconds. */
  readonly duration?: number | null;
  readonly event_loop?: string | null;
  readonly ignore_errors?: boolean | null;
  readonly jid?: string;
  readonly diff?: unknown;
}

/** Counts by host. */
export type HostCounts = Readonly<Record<string, number>>;

/** The recap of a run. */
export interface RunStats {
  readonly changed: HostCounts;
  readonly dark: HostCounts;
  readonly failures: HostCounts;
  readonly ignored: HostCounts;
  readonly ok: HostCounts;
  readonly processed: HostCounts;
  readonly rescued: HostCounts;
  readonly skipped: HostCounts;
}

/** Events about one task on one host. */
export interface HostEvent extends PluginEventBase {
  readonly event:
    | 'runner_on_start'
    | 'runner_on_ok'
    | 'runner_on_failed'
    | 'runner_on_skipped'
    | 'runner_on_unreachable'
    | 'runner_on_file_diff'
    | 'runner_on_async_poll'
    | 'runner_on_async_ok'
    | 'runner_on_async_failed'
    | 'runner_item_on_ok'
    | 'runner_item_on_failed'
    | 'runner_item_on_skipped'
    | 'runner_retry';
  readonly event_data: HostEventData;
}

export interface PlaybookStartEvent extends PluginEventBase {
  readonly event: 'playbook_on_start';
  readonly event_data: EventContextData;
}

export interface PlayStartEvent extends PluginEventBase {
  readonly event: 'playbook_on_play_start';
  readonly event_data: EventContextData & { readonly name?: string; readonly pattern?: string };
}

export interface TaskStartEvent extends PluginEventBase {
  readonly event: 'playbook_on_task_start';
  readonly event_data: EventContextData & {
    readonly name?: string;
    readonly is_conditional?: boolean;
  };
}

export interface PlaybookStatsEvent extends PluginEventBase {
  readonly event: 'playbook_on_stats';
  readonly event_data: EventContextData &
    Partial<RunStats> & { readonly artifact_data?: Readonly<Record<string, unknown>> };
}

/** The other events of a playbook. */
export interface PlaybookEvent extends PluginEventBase {
  readonly event:
    | 'playbook_on_vars_prompt'
    | 'playbook_on_include'
    | 'playbook_on_notify'
    | 'playbook_on_no_hosts_matched'
    | 'playbook_on_no_hosts_remaining';
  readonly event_data: EventContextData & Readonly<Record<string, unknown>>;
}

/**
 * Something Ansible showed outside of its callbacks. Text that the callback plugin did not announce
 * is a `verbose` event with neither `pid` nor `event_data`, one for each line.
 */
export interface MessageEvent extends EventBase {
  readonly event: 'verbose' | 'debug' | 'deprecated' | 'warning' | 'system_warning' | 'error';
  readonly pid?: number;
  readonly parent_uuid?: string;
  /** Number of `v` the message needs; only of messages shown because of `-v`. */
  readonly verbosity?: number;
  readonly event_data?: EventContextData & Readonly<Record<string, unknown>>;
}

/**
 * One event of a run; `event` says of which kind. Newer versions of Ansible may bring further names.
 * Integers beyond 2^53 in `event_data` are exact in the event files and the JSON text only.
 */
export type RunEvent =
  | HostEvent
  | PlaybookStartEvent
  | PlayStartEvent
  | TaskStartEvent
  | PlaybookStatsEvent
  | PlaybookEvent
  | MessageEvent;
