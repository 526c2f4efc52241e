import {
  anything,
  arrayOf,
  callback,
  count,
  either,
  flag,
  instanceOf,
  mapping,
  mappingOf,
  number,
  optional,
  text,
  textOrNumber,
  validateOptions,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';
import { ConfigurationError } from '../errors.js';
import type { IsolationOptions } from '../isolation/isolation-options.js';
import type { RunOptions } from './run-options.js';

const texts = arrayOf(text);

const isolationChecks: OptionChecks<IsolationOptions> = {
  processIsolation: optional(flag),
  processIsolationExecutable: optional(text),
  processIsolationPath: optional(text),
  processIsolationHidePaths: optional(texts),
  processIsolationShowPaths: optional(texts),
  processIsolationRoPaths: optional(texts),
  containerImage: optional(text),
  containerVolumeMounts: optional(texts),
  containerOptions: optional(texts),
  containerWorkdir: optional(text),
  containerAuthData: optional(mapping),
  hostCwd: optional(text),
  directoryIsolationBasePath: optional(text),
};

const outputCheck = optional(withMethods('a stream', 'write', 'once', 'off'));

/** What each option of a run takes. */
const runOptionChecks: OptionChecks<RunOptions> = {
  ...isolationChecks,
  privateDataDir: optional(text),
  removePrivateDataDir: optional(flag),
  ident: optional(text),
  playbook: optional(either(text, mapping, arrayOf(mapping))),
  role: optional(text),
  roleVars: optional(mapping),
  roleSkipFacts: optional(flag),
  hosts: optional(text),
  module: optional(text),
  moduleArgs: optional(text),
  hostPattern: optional(text),
  binary: optional(text),
  inventory: optional(either(text, texts, mapping)),
  extravars: optional(either(mapping, text)),
  secretVars: optional(texts),
  envvars: optional(mapping),
  passwords: optional(mappingOf(textOrNumber)),
  settings: optional(mapping),
  sshKey: optional(text),
  cmdline: optional(text),
  limit: optional(text),
  forks: optional(count),
  verbosity: optional(count),
  tags: optional(text),
  skipTags: optional(text),
  rolesPath: optional(either(text, texts)),
  artifactDir: optional(text),
  projectDir: optional(text),
  rotateArtifacts: optional(count),
  timeout: optional(number),
  omitEventData: optional(flag),
  onlyFailedEventData: optional(flag),
  factCache: optional(text),
  factCacheType: optional(text),
  suppressOutputFile: optional(flag),
  suppressAnsibleOutput: optional(flag),
  eventLog: optional(flag),
  checkJobEventData: optional(flag),
  output: outputCheck,
  jsonMode: optional(flag),
  onEvent: optional(callback),
  onStatus: optional(callback),
  plugins: optional(arrayOf(withMethods('an event plugin', 'open'))),
  onWarning: optional(callback),
  onLog: optional(callback),
  signal: optional(instanceOf(AbortSignal)),
};

/** How the options of a function differ from those of {@link run}. */
export interface JobOptionNames {
  /** Options of a run that it does not take. */
  readonly without?: readonly (keyof RunOptions)[];
  /** Options that it takes besides; it checks them itself. */
  readonly besides?: readonly string[];
}

/**
 * Checks the options of a run, or of a function that takes most of these, from a caller who may have no types.
 *
 * @param where the function, as the caller wrote it
 * @throws {ConfigurationError} that names the option, what it takes and what it got, or the name that was probably meant;
 *   never a value
 */
export function validateJobOptions(
  where: string,
  options: unknown,
  { without = [], besides = [] }: JobOptionNames = {},
): void {
  const left: ReadonlySet<string> = new Set([...without, ...besides]);
  const own = Object.entries(runOptionChecks).filter(([name]) => !left.has(name));
  const others = besides.map((name) => [name, optional(anything)] as const);
  validateOptions<Record<string, unknown>>(
    where,
    options,
    Object.fromEntries([...own, ...others]),
    configurationError,
  );
}

/** What a wrong argument is to callers of this package. */
export function configurationError(message: string): ConfigurationError {
  return new ConfigurationError(message);
}
