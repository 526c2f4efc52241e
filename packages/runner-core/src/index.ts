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
export { COMMAND_OPTIONS, runCommandLine, type CommandRunOptions } from './command-run.js';
export type { PipedStreams } from './piped-process.js';
export { run, runAsync } from './run.js';
export { planRun, type PlannedRun } from './planned-run.js';
export { startRun, type HandledRun, type RunHandle } from './run-handle.js';
export type { EventFeed } from './event-feed.js';
export { runEvents, EventStream } from './event-stream.js';
export { RunResult, type RunOutcome, type TimeoutKind } from './run-result.js';
export { RunArtifacts, type FactCachePlace } from './run-artifacts.js';
export type { HostFacts } from './fact-cache.js';
export {
  configurationError,
  validateJobOptions,
  type JobOptionNames,
} from './run-option-checks.js';
export type {
  EventHandler,
  OutputSink,
  Play,
  PlacedRunOptions,
  RunOptions,
  StatusHandler,
} from './run-options.js';
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
} from './events.js';
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
} from './event-plugins.js';
export { PluginSinks } from './plugin-sinks.js';
export { readMapping, type Mapping } from './mapping-file.js';
export {
  existingInventory,
  inventoryData,
  inventoryEnvironment,
  inventoryInList,
  type InventoryData,
  type InventoryFile,
  type OneInventory,
} from './inventory-data.js';
export { readInventoryText, type InventoryText } from './inventory-text.js';
export {
  checkPrivateDataDir,
  makePrivateDataDir,
  requirePrivateDataDir,
} from './private-data-dir.js';
export { makeFolder, makeFolderSync } from './make-folder.js';
export { runIdent } from './ident.js';
export { splitWords } from './shell-words.js';
export { ShownOutput } from './shown-output.js';
export { ArtifactFolder } from './artifacts.js';
export { MAX_OUTPUT_BYTES } from './run-artifacts.js';
export { MAX_WORD_BYTES, readRegularFile } from './regular-file.js';
export { spacedJson } from './json-text.js';
export { frozen, handledEvent, type HandledEvent } from './handled-event.js';
export { DecodedText } from './decoded-text.js';
export { slicesOf } from './written-text.js';
