import type { RunEvent } from './events.js';
import type { StatusMessage } from '../statuses.js';

/**
 * Sends a run's statuses and events somewhere else. A plugin holds no state of its own: everything about one run
 * lives in the sink it opens for that run, so that any number of runs may use one plugin at once.
 */
export interface EventPlugin {
  /** Short and lower case, such as `http`; names the plugin in warnings and summaries. */
  readonly name: string;
  /**
   * Called once for each run, before it starts.
   *
   * @returns the sink of this run, or `undefined` when the settings do not ask for this plugin.
   * @throws an error with `code` `configuration` for settings that can't be used: the run is refused. After any
   *   other error, or when it takes longer than 30 seconds, the run goes on without the plugin, with a warning.
   */
  open(context: PluginContext): Promise<EventSink | undefined>;
}

/** What a plugin gets to know about a run. */
export interface PluginContext {
  /** The run's ident; empty where results are processed that carry their own. */
  readonly ident: string;
  /** What `env/settings` and the caller's settings say together. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Environment of the runner's own process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the run's artifact folder; made after the plugin was opened. */
  readonly artifactDir: string;
  /** Absolute path of the folder that holds the artifact folders of all runs; may not exist yet. */
  readonly artifactRoot: string;
  /** Gets sentences for people; never a secret. */
  readonly warn: (sentence: string) => void;
}

/**
 * Takes the statuses and events of one run. `status` and `event` take what they get at once: whatever is slow about
 * the far side must not show in them. One that throws is not called again and the run goes on.
 */
export interface EventSink {
  /**
   * Takes a status.
   *
   * @param json exactly what is to be sent
   */
  status(message: PluginStatus, json: string): void;
  /**
   * Takes an event.
   *
   * @param json exactly the text of the event's file
   */
  event(event: RunEvent, json: string): void;
  /**
   * Called once, after the last status. Says what was delivered, having waited for the rest for a time of the plugin's own;
   * 15 minutes is the limit.
   */
  close(): Promise<DeliverySummary>;
}

/** A status as plugins get it: of a run here, or as a worker sent it. */
export type PluginStatus = StatusMessage | { readonly status: string };

/** What became of the statuses and events of one run that were meant for one plugin. */
export interface DeliverySummary {
  /** Name of the plugin. */
  readonly plugin: string;
  /** Where they went, such as an address; without credentials. */
  readonly target: string;
  /** Messages the far side has taken. */
  readonly delivered: number;
  /** Messages that wait on disk for a later run. */
  readonly undelivered: number;
  /** Messages that are lost: refused by the far side, or more than could be kept. */
  readonly dropped: number;
  /** Attempts that failed and were made again. */
  readonly retries: number;
  /** Messages of earlier runs that were delivered besides. */
  readonly deliveredEarlier: number;
  /** Why the last failed attempt failed; without credentials. */
  readonly lastError?: string;
}

/** Longest time a plugin's `open` is waited for, in ms: 30 seconds. */
export const OPEN_LIMIT_MS = 30 * 1000;

/** Longest time a sink's `close` is waited for, in ms: 15 minutes. */
export const CLOSE_LIMIT_MS = 15 * 60 * 1000;
