import { configurationError } from '@receptorjs/runner-core/internal';
import {
  abortSignal,
  arrayOf,
  callback,
  flag,
  mapping,
  number,
  object,
  optional,
  text,
  validateOptions,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';
import type { CleanupOptions } from './cleanup-options.js';
import type { ProcessOptions } from './process-options.js';
import type { TransmitOptions } from './transmit-options.js';
import type { WorkerOptions } from './worker-options.js';

const readable = withMethods('a stream that is read', 'on', 'pipe', 'destroy');
const writable = withMethods('a stream that is written to', 'on', 'write', 'end');
const signal = optional(abortSignal);

/** What `transmit` takes besides the options of a run. */
type OwnTransmitOptions = Pick<
  TransmitOptions,
  'privateDataDir' | 'output' | 'onlyTransmitKwargs' | 'withArtifacts' | 'manifest' | 'known'
>;

export const transmitChecks: OptionChecks<OwnTransmitOptions> = {
  privateDataDir: text,
  output: writable,
  onlyTransmitKwargs: optional(flag),
  withArtifacts: optional(flag),
  manifest: optional(arrayOf(mapping)),
  known: optional(withMethods('a Set', 'has')),
};

export const workerChecks: OptionChecks<WorkerOptions> = {
  input: readable,
  output: writable,
  privateDataDir: optional(text),
  delete: optional(flag),
  keepaliveSeconds: optional(number),
  blobStore: optional(mapping),
  limits: optional(mapping),
  onDamage: optional(callback),
  onWarning: optional(callback),
  onLog: optional(callback),
  onEvent: optional(callback),
  sendLog: optional(flag),
  onStream: optional(callback),
  signal,
};

export const processChecks: OptionChecks<ProcessOptions> = {
  eventLog: optional(flag),
  input: readable,
  privateDataDir: text,
  artifactDir: optional(text),
  ident: optional(text),
  output: optional(withMethods('a stream', 'write', 'once', 'off')),
  jsonMode: optional(flag),
  onEvent: optional(callback),
  onStatus: optional(callback),
  feed: optional(object),
  plugins: optional(arrayOf(withMethods('an event plugin', 'open'))),
  settings: optional(mapping),
  onWarning: optional(callback),
  onLog: optional(callback),
  onDamage: optional(callback),
  limits: optional(mapping),
  throwsLocalErrors: optional(flag),
  from: optional(mapping),
  onPosition: optional(callback),
  signal,
};

export const cleanupChecks: OptionChecks<CleanupOptions> = {
  filePattern: optional(text),
  excludeStrings: optional(arrayOf(text)),
  gracePeriod: optional(number),
  removeImages: optional(arrayOf(text)),
  imagePrune: optional(flag),
  processIsolationExecutable: optional(text),
  onLine: optional(callback),
};

/**
 * Checks the options of a function of this package, which came from a caller who may have no types.
 *
 * @throws {ConfigurationError}
 */
export function validateStreamOptions<T extends object>(
  where: string,
  options: unknown,
  checks: OptionChecks<T>,
): void {
  validateOptions<T>(where, options, checks, configurationError);
}
