/**
 * Runs Ansible in a private data directory and turns its output into events and artifacts, in the formats of
 * Ansible Runner: `artifacts/<ident>/` gets `command`, `status`, `rc`, `stdout`, `stderr`, `job_events/` and
 * `fact_cache/`.
 *
 * ```ts
 * import { run, runAsync, runEvents } from '@receptorjs/runner-core';
 *
 * const result = await run({ privateDataDir: 'demo', playbook: 'site.yml', output: process.stdout });
 * console.log(result.status, result.rc, result.artifactDir);
 *
 * for await (const event of runEvents({ privateDataDir: 'demo', playbook: 'site.yml' }))
 *   if (event.event === 'runner_on_failed') console.log(event.event_data.host, event.event_data.res);
 *
 * const job = runAsync({ privateDataDir: 'demo', role: 'web', roleVars: { port: 8080 } });
 * process.once('SIGINT', () => job.cancel());
 * console.log((await job.result).status);
 * ```
 *
 * Needs Ansible on the `PATH` of the job, a `python3`, and a POSIX system. It is tested on Linux, there also without anything
 * that only Linux has.
 *
 * @packageDocumentation
 */
export { type CommandRunOptions } from './plan/command-run.js';
export type { PipedStreams } from './process/piped-process.js';
export { run, runAsync } from './run.js';
export { planRun, type PlannedRun } from './plan/planned-run.js';
export { type HandledRun, type RunHandle } from './run-handle.js';
export type { EventFile } from './events/event-files.js';
export type { LargeText } from './events/large-text.js';
export type { EventFeed } from './events/event-feed.js';
export { runEvents, EventStream } from './events/event-stream.js';
export { RunResult, type RunOutcome, type TimeoutKind } from './run-result.js';
export { RunArtifacts, type FactCachePlace } from './artifacts/run-artifacts.js';
export type { HostFacts } from './artifacts/fact-cache.js';
export { type JobOptionNames } from './inputs/run-option-checks.js';
export type {
  EventHandler,
  OutputSink,
  Play,
  RunOptionsWithFolder,
  RunOptions,
  StatusHandler,
} from './inputs/run-options.js';
export type { ContainerAuthData, IsolationOptions } from './isolation/isolation-options.js';
export type {
  EventBase,
  EventContextData,
  HostCounts,
  HostEvent,
  HostEventData,
  MessageEvent,
  ModuleResult,
  PlaybookEvent,
  PlaybookStartEvent,
  PlaybookStatsEvent,
  PlayStartEvent,
  PluginEventBase,
  RunEvent,
  RunStats,
  TaskStartEvent,
} from './events/events.js';
export type {
  FinalMessage,
  FinalStatus,
  RunStatus,
  StartingMessage,
  StatusMessage,
} from './statuses.js';
export {
  CallbackError,
  ConfigurationError,
  EventDataError,
  InputError,
  RunnerError,
  type RunnerErrorCode,
  UnsafeFileError,
} from './errors.js';
export type {
  DeliverySummary,
  EventPlugin,
  EventSink,
  PluginContext,
  PluginStatus,
} from './events/event-plugins.js';
export { type Mapping } from './inputs/mapping-file.js';
export {
  type InventoryData,
  type InventoryFile,
  type OneInventory,
} from './inputs/inventory-data.js';
export { type InventoryText } from './inputs/inventory-text.js';
export { type HandledEvent } from './events/handled-event.js';
