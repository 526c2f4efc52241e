import type { EventPlugin } from '../events/event-plugins.js';
import type { RunEvent } from '../events/events.js';
import type { IsolationOptions } from '../isolation/isolation-options.js';
import type { StatusMessage } from '../statuses.js';

/** Where the output of a run is shown; standard output, a file, or whatever takes text. */
export interface OutputSink {
  /** `true` when the sink takes nothing any more; the run goes on without it. */
  readonly destroyed?: boolean;
  /** Returns `false` when the sink wants no more for now; `drain` follows, or `close` or `error` when it is gone. */
  write(text: string): boolean;
  /** Calls the listener at the next event of the name. */
  once(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
  /** Removes the listener. */
  off(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

/** A play, or anything else that may stand in the list a playbook is. */
export type Play = Readonly<Record<string, unknown>>;

/** What runs and how. Only one of `playbook`, `role`, `module`, `binary` is needed. */
export interface RunOptions extends IsolationOptions {
  /**
   * Folder with `project/`, `inventory`, `env/` and so on. Must exist. Default: a new folder `.ansible-runner-...` for temporary
   * files, which stays, since results are read from it; see `removePrivateDataDir`.
   */
  readonly privateDataDir?: string;
  /**
   * Remove a private data dir that was made for the run when that has ended, and all who read its events have come to their end. What the
   * result reads from its artifacts is gone then. One that was given is never removed.
   */
  readonly removePrivateDataDir?: boolean;
  /** Name of the run's artifact folder. Default: a random UUID. */
  readonly ident?: string;
  /**
   * Playbook: a path relative to `project/` or else to the private data dir, or the play or list of plays itself. Plays
   * are written to the run's temporary folder, and paths in them are looked up as if they stood in `project/`.
   */
  readonly playbook?: string | Play | readonly Play[];
  /** Role to run instead of a playbook; looked for in `rolesPath`, `roles/` and `project/roles/`. */
  readonly role?: string;
  /** Variables of the role. */
  readonly roleVars?: Readonly<Record<string, unknown>>;
  /** Run the role without gathering facts first. */
  readonly roleSkipFacts?: boolean;
  /** Hosts the role runs on. Default: `all`. */
  readonly hosts?: string;
  /** Module for `ansible -m`, instead of a playbook. */
  readonly module?: string;
  readonly moduleArgs?: string;
  /** Hosts of a module run. */
  readonly hostPattern?: string;
  /** Executable to run instead of `ansible-playbook` or `ansible`, with the same arguments. */
  readonly binary?: string;
  /**
   * A path (absolute, below the private data dir or its `inventory/`), hosts such as `a,b`, or else the text of an inventory,
   * of one line or many, in INI, YAML or JSON. A mapping is an inventory in Ansible's YAML form or in that of a dynamic
   * inventory script's output. A list holds several, whose relative paths Ansible looks up. Inventories that are given as
   * data must be read: the run fails where Ansible can read none of them, unless the environment decides otherwise
   * (`ANSIBLE_INVENTORY_UNPARSED_FAILED`). Default: `inventory` of the private data dir.
   */
  readonly inventory?: string | readonly string[] | Readonly<Record<string, unknown>>;
  /** Extra variables, or the path of a file with them; they win over `env/extravars`. */
  readonly extravars?: Readonly<Record<string, unknown>> | string;
  /**
   * Names of extra variables (of this call or of `env/extravars`) whose values appear nowhere: in output and events they
   * are `**********`. Values shorter than 4 characters are not masked. The setting `secret_extravars` adds to them.
   */
  readonly secretVars?: readonly string[];
  /** Environment variables; `env/envvars` wins over them. */
  readonly envvars?: Readonly<Record<string, unknown>>;
  /** Regular expressions for prompts and the answers; `env/passwords` wins. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** Settings; `env/settings` wins. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Private key, used through an ssh-agent that lives as long as the run; wins over `env/ssh_key`. */
  readonly sshKey?: string;
  /** Further arguments of the command, split as a shell does; wins over `env/cmdline`. */
  readonly cmdline?: string;
  readonly limit?: string;
  readonly forks?: number;
  /** Number of `v`. */
  readonly verbosity?: number;
  readonly tags?: string;
  readonly skipTags?: string;
  /** Folders in which roles are looked for before others. */
  readonly rolesPath?: string | readonly string[];
  /** Folder below which `<ident>/` is made. Default: `artifacts` in the private data dir. */
  readonly artifactDir?: string;
  /** Working folder of the job. Default: `project` in the private data dir. */
  readonly projectDir?: string;
  /** Keep this many artifact folders, the oldest are deleted. Default 0: keep all. */
  readonly rotateArtifacts?: number;
  /** Seconds after which the job is ended with status `timeout`; wins over the settings. */
  readonly timeout?: number;
  /** Leave `event_data` out of every event. The setting `omit_event_data` wins; `RUNNER_OMIT_EVENTS` counts where neither says it. */
  readonly omitEventData?: boolean;
  /** Leave `event_data` out of every event but failures and the recap. Likewise `only_failed_event_data`, `RUNNER_ONLY_FAILED_EVENTS`. */
  readonly onlyFailedEventData?: boolean;
  /** Folder of the fact cache below the artifacts, or an absolute path. Default `fact_cache`. */
  readonly factCache?: string;
  /** Default `jsonfile`; with any other, Ansible's own configuration decides about the cache. */
  readonly factCacheType?: string;
  /** Do not write the artifacts `stdout` and `stderr`. The setting of that name wins. */
  readonly suppressOutputFile?: boolean;
  /** Show nothing on `output`. The setting of that name wins. */
  readonly suppressAnsibleOutput?: boolean;
  /**
   * Write all events into one file, `job_events.jsonl` in the artifact folder, a JSON line each, and not into a file of `job_events/`
   * each. The setting `event_log` wins.
   */
  readonly eventLog?: boolean;
  /** Fail the run when the data of an event that the output announces did not arrive. */
  readonly checkJobEventData?: boolean;
  /** Shows the job's output here. Default: nowhere. */
  readonly output?: OutputSink;
  /** Show events as JSON lines instead of their text. */
  readonly jsonMode?: boolean;
  /** Called for each event, in order, one at a time; may leave it without a file, change it or drop it: {@link EventHandler}. */
  readonly onEvent?: EventHandler;
  /** Called for each change of state, in order. */
  readonly onStatus?: StatusHandler;
  /**
   * Event plugins; those that the settings ask for get every status and event, and are waited for at the end, for a
   * bounded time. They never fail the run. See `RunResult.deliveries`.
   */
  readonly plugins?: readonly EventPlugin[];
  /**
   * Gets a sentence for each thing that was asked for and has no effect, before the run starts, and for each event
   * plugin that failed, when it does.
   */
  readonly onWarning?: (sentence: string) => void;
  /** Gets lines about what the runner does, for finding faults; they contain no secrets. Throwing ends the job. */
  readonly onLog?: (line: string) => void;
  /** Ends the job with status `canceled`. */
  readonly signal?: AbortSignal;
}

/** Options of a run that has its place. */
export type RunOptionsWithFolder = RunOptions & { readonly privateDataDir: string };

/**
 * Gets an event and its JSON text. The event is frozen. What the handler returns, or promises, says what becomes of it:
 *
 * - an event, such as `{ ...event, stdout: '***' }`, takes its place wherever events go: in its file, in streams, for event
 *   plugins, and with its `stdout` in the output that is shown and kept. It must have the same `uuid` and `counter`; integers
 *   beyond 2^53 that were left alone stay exact.
 * - `null` drops it: no file, no stream, no plugin and no output knows of it. Its counter stays unused.
 * - `false` leaves out the event's file, and nothing else.
 * - Anything else changes nothing.
 *
 * A promise holds the next event back, and with it, once the bounded queue is full, the job's output. Throwing ends the job, and so
 * does an object that can't take the event's place.
 */
export type EventHandler = (event: RunEvent, json: string) => unknown;

/** Gets a change of state. Throwing ends the job. */
export type StatusHandler = (message: StatusMessage) => unknown;
