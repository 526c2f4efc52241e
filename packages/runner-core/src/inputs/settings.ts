import { ConfigurationError } from '../errors.js';
import type { Mapping } from './mapping-file.js';
import type { RunOptions } from './run-options.js';

/**
 * The settings of a run: keys of `env/settings`. Those of containers are read in `isolation/isolation-settings.ts`, those that bound
 * archives in runner-streaming, those of event plugins by the plugins.
 */
export interface RunSettings {
  /** Seconds without output after which the job is ended; none by default. */
  readonly idleTimeout?: number;
  /** Seconds the job may take; none by default. */
  readonly jobTimeout?: number;
  /** Seconds a prompt may wait for an answer; 30 by default. */
  readonly promptTimeout?: number;
  /** Names of extra variables whose values are hidden. */
  readonly secretExtravars: readonly string[];
  /** Folder below which the project is copied for the job. */
  readonly directoryIsolationBasePath?: string;
  /** Whether the copy is removed after the run. */
  readonly directoryIsolationCleanup: boolean;
  readonly suppressOutputFile: boolean;
  readonly suppressAnsibleOutput: boolean;
  readonly eventLog: boolean;
  /** Absent when it is not set. */
  readonly omitEventData?: boolean;
  readonly onlyFailedEventData?: boolean;
  readonly factCache?: string;
  readonly factCacheType?: string;
}

/** Options of a run that mean the same as a setting. */
type SettingsOptions = Pick<
  RunOptions,
  | 'suppressOutputFile'
  | 'suppressAnsibleOutput'
  | 'eventLog'
  | 'omitEventData'
  | 'onlyFailedEventData'
  | 'directoryIsolationBasePath'
>;

/**
 * Reads the settings out of the merged mapping. Keys it does not know are left to plugins.
 * `pexpect_timeout` and `pexpect_use_poll` are checked and change nothing: waiting is not done in turns.
 *
 * @param source what an error calls the mapping
 * @param options count where the mapping says nothing
 * @throws {ConfigurationError} for a value of the wrong type, or a setting that is not supported.
 */
export function readSettings(
  settings: Mapping,
  source: string,
  options: SettingsOptions = {},
): RunSettings {
  const reject = (key: string, allowed: string): never => {
    throw new ConfigurationError(
      `${source}: ${key} must be ${allowed}; it is ${JSON.stringify(settings[key])}.`,
    );
  };
  const seconds = (key: string): number | undefined => {
    const value = settings[key] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
      return reject(key, 'a number of seconds, 0 for no limit');
    return value === 0 ? undefined : value;
  };
  const flag = (key: string, otherwise = false): boolean => {
    const value = settings[key] ?? otherwise;
    return typeof value === 'boolean' ? value : reject(key, 'true or false');
  };
  const choice = (key: string, otherwise?: boolean): boolean | undefined =>
    (settings[key] ?? undefined) === undefined ? otherwise : flag(key);
  const text = (key: string): string | undefined => {
    const value = settings[key] ?? undefined;
    return value === undefined || typeof value === 'string' ? value : reject(key, 'a text');
  };

  const texts = (key: string): readonly string[] => {
    const value = settings[key] ?? [];
    return Array.isArray(value) && value.every((one) => typeof one === 'string')
      ? value
      : reject(key, 'a list of texts');
  };

  seconds('pexpect_timeout');
  flag('pexpect_use_poll');
  const subprocessTimeout = seconds('subprocess_timeout');
  const jobTimeout = seconds('job_timeout') ?? subprocessTimeout;
  const idleTimeout = seconds('idle_timeout');
  const promptTimeout = settings.prompt_timeout === undefined ? 30 : seconds('prompt_timeout');
  const base = text('directory_isolation_base_path') ?? options.directoryIsolationBasePath;
  const omitEventData = choice('omit_event_data', options.omitEventData);
  const onlyFailedEventData = choice('only_failed_event_data', options.onlyFailedEventData);
  const factCache = text('fact_cache');
  const factCacheType = text('fact_cache_type');
  return {
    suppressOutputFile: flag('suppress_output_file', options.suppressOutputFile),
    suppressAnsibleOutput: flag('suppress_ansible_output', options.suppressAnsibleOutput),
    eventLog: flag('event_log', options.eventLog),
    secretExtravars: texts('secret_extravars'),
    directoryIsolationCleanup: flag('directory_isolation_cleanup', true),
    ...(omitEventData !== undefined && { omitEventData }),
    ...(onlyFailedEventData !== undefined && { onlyFailedEventData }),
    ...(base !== undefined && { directoryIsolationBasePath: base }),
    ...(promptTimeout !== undefined && { promptTimeout }),
    ...(idleTimeout !== undefined && { idleTimeout }),
    ...(jobTimeout !== undefined && { jobTimeout }),
    ...(factCache !== undefined && { factCache }),
    ...(factCacheType !== undefined && { factCacheType }),
  };
}
