import type { RunEvent } from '../../ports/job-run.js';
import type { NewJobEvent } from '../../ports/owned-jobs.js';
import type { JsonObject } from '../../ports/records/json.js';

/** Characters of a name that are kept. */
const MAX_NAME = 1_024;

/** How deep an event is in the tree of a run: the run, a play, a task, a host. */
const levels: Readonly<Record<string, number>> = {
  playbook_on_play_start: 1,
  playbook_on_vars_prompt: 1,
  playbook_on_stats: 1,
  playbook_on_task_start: 2,
  playbook_on_notify: 2,
  playbook_on_include: 2,
  playbook_on_setup: 2,
  playbook_on_no_hosts_matched: 2,
  playbook_on_no_hosts_remaining: 2,
  playbook_on_import_for_host: 2,
  playbook_on_not_import_for_host: 2,
  playbook_on_handler_task_start: 2,
};

const failures = new Set([
  'runner_on_failed',
  'runner_on_unreachable',
  'runner_on_error',
  'runner_on_async_failed',
  'runner_item_on_failed',
  'error',
]);

/** An event of a run as it is stored. */
export function eventRow(event: RunEvent, hostIds: ReadonlyMap<string, number>): NewJobEvent {
  const { event: kind, event_data: data = {} } = event;
  const hostName = nameOf(data['host']);
  const created = new Date(event.created);
  return {
    counter: event.counter,
    uuid: event.uuid,
    parent_uuid: event.parent_uuid ?? '',
    event: kind,
    event_level: levels[kind] ?? (kind.startsWith('runner_') ? 3 : 0),
    event_data: data as JsonObject,
    failed: failures.has(kind) && data['ignore_errors'] !== true,
    changed: hasChanged(data['res']),
    host_id: hostIds.get(hostName) ?? null,
    host_name: hostName,
    playbook: nameOf(data['playbook']),
    play: nameOf(data['play']),
    task: nameOf(data['task']),
    role: nameOf(data['role']),
    stdout: event.stdout,
    start_line: event.start_line,
    end_line: event.end_line,
    verbosity: event.verbosity ?? 0,
    created: Number.isNaN(created.getTime()) ? new Date(0) : created,
  };
}

const nameOf = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, MAX_NAME) : '';

function hasChanged(result: unknown): boolean {
  return (
    typeof result === 'object' && result !== null && 'changed' in result && result.changed === true
  );
}
