import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { configSetsHostKeyChecking } from './ansible-config.js';
import { ConfigurationError } from './errors.js';
import { runIdent } from './ident.js';
import type { RunInputs } from './private-data-dir.js';
import { isKind } from './private-data-dir.js';
import { pythonFolder } from './python-assets.js';
import { pythonText } from './python-text.js';
import type { RunOptions } from './run-options.js';
import { readSettings, type RunSettings } from './settings.js';

/** A text that must be in a file of its own before the command runs. */
export interface PrivateFile {
  readonly name: 'extravars' | 'hosts';
  readonly content: string;
}

/** Everything that is decided before a job starts. Nothing in it changes afterwards. */
export interface JobPlan {
  readonly ident: string;
  readonly artifactRoot: string;
  /** `<artifactRoot>/<ident>`. */
  readonly artifactDir: string;
  readonly cwd: string;
  /** Makes the command, given the folder its private files were written to. */
  readonly command: (privateDir: string) => string[];
  readonly privateFiles: readonly PrivateFile[];
  readonly env: Readonly<Record<string, string>>;
  /** Names in `env` that were not inherited. */
  readonly envSetByRun: ReadonlySet<string>;
  readonly settings: RunSettings;
  readonly passwords: Readonly<Record<string, unknown>>;
  /** Seconds, or `undefined` for no limit. */
  readonly jobTimeout?: number;
  readonly sshKey?: string;
}

const ansibleName = { playbook: 'ansible-playbook', module: 'ansible' } as const;

/**
 * Decides command, environment and places of a run.
 *
 * @throws ConfigurationError when the options contradict each other or name something missing.
 */
export async function planJob(
  options: RunOptions,
  inputs: RunInputs,
  inherited: Readonly<Record<string, string | undefined>>,
): Promise<JobPlan> {
  refuseUnsupported(options);
  const ident = runIdent(options.ident);
  const artifactRoot = resolve(options.artifactDir ?? join(inputs.root, 'artifacts'));
  const artifactDir = join(artifactRoot, ident);
  const settings = readSettings(inputs.settings, join(inputs.root, 'env', 'settings'));
  const privateFiles: PrivateFile[] = [];
  const command = await commandLine(options, inputs, privateFiles);
  const jobTimeout = options.timeout ?? settings.jobTimeout;
  if (jobTimeout !== undefined && !(jobTimeout > 0))
    throw new ConfigurationError(
      `timeout must be a positive number of seconds; it is ${jobTimeout}.`,
    );
  return {
    ident,
    artifactRoot,
    artifactDir,
    cwd: inputs.cwd,
    command,
    privateFiles,
    settings,
    passwords: inputs.passwords,
    ...(await environment(options, inputs, settings, artifactDir, inherited)),
    ...(jobTimeout !== undefined && { jobTimeout }),
    ...(inputs.sshKey !== undefined && { sshKey: inputs.sshKey }),
  };
}

const UNSUPPORTED = ['processIsolation', 'directoryIsolationBasePath', 'role'] as const;

function refuseUnsupported(options: RunOptions): void {
  for (const name of UNSUPPORTED)
    if (options[name])
      throw new ConfigurationError(`The option ${name} is not supported by this version.`);
  for (const [name, value] of [
    ['playbook', options.playbook],
    ['inventory', options.inventory],
  ] as const)
    if (typeof value === 'object' && !(name === 'inventory' && Array.isArray(value)))
      throw new ConfigurationError(`A ${name} as data is not supported by this version.`);
}

/** Where a private file goes is known when the job starts, so such words wait as functions. */
type Word = string | ((privateDir: string) => string);

async function commandLine(
  options: RunOptions,
  inputs: RunInputs,
  files: PrivateFile[],
): Promise<JobPlan['command']> {
  if (inputs.args !== undefined) {
    const fixed = inputs.args;
    if (fixed.length === 0)
      throw new ConfigurationError('No executable for runner to run: args is empty.');
    return () => [...fixed];
  }
  const words: Word[] = [executable(options), ...inputs.cmdline];
  for (const inventory of await inventories(options, inputs, files)) words.push('-i', inventory);
  if (options.limit) words.push('--limit', options.limit);
  if (inputs.extravarsFile !== undefined) words.push('-e', `@${inputs.extravarsFile}`);
  if (typeof options.extravars === 'string') words.push('-e', `@${resolve(options.extravars)}`);
  else if (options.extravars && Object.keys(options.extravars).length > 0) {
    files.push({ name: 'extravars', content: jsonText(options.extravars) });
    words.push('-e', (folder) => `@${join(folder, 'extravars')}`);
  }
  const verbosity = options.verbosity ?? 0;
  if (!Number.isInteger(verbosity) || verbosity < 0 || verbosity > 100)
    throw new ConfigurationError(`verbosity must be a number from 0 to 100; it is ${verbosity}.`);
  if (verbosity > 0) words.push(`-${'v'.repeat(verbosity)}`);
  if (options.tags) words.push('--tags', options.tags);
  if (options.skipTags) words.push('--skip-tags', options.skipTags);
  if (options.forks !== undefined && options.forks !== 0) {
    if (!Number.isInteger(options.forks) || options.forks < 0)
      throw new ConfigurationError(
        `forks must be a positive whole number; it is ${options.forks}.`,
      );
    words.push('--forks', String(options.forks));
  }
  if (options.module) {
    words.push('-m', options.module);
    if (options.moduleArgs) words.push('-a', options.moduleArgs);
    if (options.hostPattern) words.push(options.hostPattern);
  } else if (typeof options.playbook === 'string' && options.playbook !== '')
    words.push(options.playbook);
  return (folder) => words.map((word) => (typeof word === 'string' ? word : word(folder)));
}

function jsonText(extravars: object): string {
  try {
    return JSON.stringify(extravars);
  } catch (cause) {
    throw new ConfigurationError(
      `extravars must be what JSON can hold: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}

function executable(options: RunOptions): string {
  if (options.playbook && options.module)
    throw new ConfigurationError('Only one of playbook and module options are allowed');
  if (options.binary) return options.binary;
  if (options.module) return ansibleName.module;
  if (options.playbook) return ansibleName.playbook;
  throw new ConfigurationError(
    'No executable for runner to run: name a playbook, a module or a binary.',
  );
}

async function inventories(
  options: RunOptions,
  inputs: RunInputs,
  files: PrivateFile[],
): Promise<readonly Word[]> {
  const { inventory } = options;
  if (inventory === undefined) return inputs.inventory === undefined ? [] : [inputs.inventory];
  if (typeof inventory !== 'string') return Array.isArray(inventory) ? inventory : [];
  const candidates = isAbsolute(inventory)
    ? [inventory]
    : [join(inputs.root, 'inventory', inventory), join(inputs.root, inventory)];
  for (const candidate of candidates) if (await isKind(candidate, 'anything')) return [candidate];
  if (inventory.includes('\n')) {
    files.push({ name: 'hosts', content: inventory });
    return [(folder) => join(folder, 'hosts')];
  }
  if (inventory.includes(',')) return [inventory];
  throw new ConfigurationError(
    `The inventory ${JSON.stringify(inventory)} is no file in ${join(inputs.root, 'inventory')}, ` +
      'no list of hosts such as "a,b", and no inventory text of several lines.',
  );
}

async function environment(
  options: RunOptions,
  inputs: RunInputs,
  settings: RunSettings,
  artifactDir: string,
  inherited: Readonly<Record<string, string | undefined>>,
): Promise<{ env: Record<string, string>; envSetByRun: ReadonlySet<string> }> {
  const env: Record<string, string> = {};
  const setByRun = new Set<string>();
  for (const [name, value] of Object.entries(inherited)) if (value !== undefined) env[name] = value;
  const set = (name: string, value: string) => {
    env[name] = value;
    setByRun.add(name);
  };
  for (const [name, value] of Object.entries(inputs.envvars)) {
    const text = pythonText(value);
    if (name === '' || name.includes('=') || name.includes('\0') || text.includes('\0'))
      throw new ConfigurationError(
        `${join(inputs.root, 'env', 'envvars')}: ${JSON.stringify(name)} can't be an environment ` +
          "variable: a name without '=' and a value without a null character are allowed.",
      );
    set(name, text);
  }
  if (options.module !== undefined) {
    set('ANSIBLE_LOAD_CALLBACK_PLUGINS', '1');
    if (!env.AD_HOC_COMMAND_ID) set('AD_HOC_COMMAND_ID', '1');
  }
  const callbacks = join(pythonFolder(), 'callback');
  set(
    'ANSIBLE_CALLBACK_PLUGINS',
    // First, so that a plugin of the same name elsewhere does not take its place.
    [
      callbacks,
      ...(env.ANSIBLE_CALLBACK_PLUGINS?.split(delimiter) ?? []).filter(
        (path) => path !== callbacks,
      ),
    ].join(delimiter),
  );
  const callback = env.ANSIBLE_STDOUT_CALLBACK;
  if (callback && callback !== CALLBACK) set('ORIGINAL_STDOUT_CALLBACK', callback);
  set('ANSIBLE_STDOUT_CALLBACK', CALLBACK);
  set('ANSIBLE_RETRY_FILES_ENABLED', 'False');
  // The runner's default is not Ansible's, but what somebody has decided stands.
  if (
    env.ANSIBLE_HOST_KEY_CHECKING === undefined &&
    env.ANSIBLE_SSH_HOST_KEY_CHECKING === undefined &&
    !(await configSetsHostKeyChecking(env, inputs.cwd))
  )
    set('ANSIBLE_HOST_KEY_CHECKING', 'False');
  set('AWX_ISOLATED_DATA_DIR', artifactDir);
  if ((options.factCacheType ?? settings.factCacheType ?? 'jsonfile') === 'jsonfile') {
    set('ANSIBLE_CACHE_PLUGIN', 'jsonfile');
    set(
      'ANSIBLE_CACHE_PLUGIN_CONNECTION',
      resolve(artifactDir, settings.factCache ?? options.factCache ?? 'fact_cache'),
    );
  }
  if (options.rolesPath !== undefined)
    set(
      'ANSIBLE_ROLES_PATH',
      typeof options.rolesPath === 'string' ? options.rolesPath : options.rolesPath.join(delimiter),
    );
  if (inputs.args === undefined && (options.playbook || options.module)) {
    set('RUNNER_OMIT_EVENTS', options.omitEventData === true ? 'True' : 'False');
    set('RUNNER_ONLY_FAILED_EVENTS', options.onlyFailedEventData === true ? 'True' : 'False');
  }
  return { env, envSetByRun: setByRun };
}

/** Name of the callback plugin in `python/callback`. */
const CALLBACK = 'awx_display';
