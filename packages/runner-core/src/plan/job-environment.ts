import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { readAnsibleConfig, type AnsibleConfig } from '../inputs/ansible-config.js';
import { ConfigurationError } from '../errors.js';
import type { Isolation } from '../isolation/isolation.js';
import type { RunInputs } from '../inputs/private-data-dir.js';
import { pythonFolder } from '../python-assets.js';
import { pythonText } from '../process/output/python-text.js';
import type { FactCachePlace } from '../artifacts/run-artifacts.js';
import type { RunOptions } from '../inputs/run-options.js';
import type { RunSettings } from '../inputs/settings.js';

/** Name of the callback plugin in `python/callback`. */
const CALLBACK = 'awx_display';

/** The environment of a job. */
export interface JobEnvironment {
  readonly env: Record<string, string>;
  /** Names in `env` that were not inherited. */
  readonly envSetByRun: ReadonlySet<string>;
}

/**
 * Decides the environment of a job. Highest first: what the runner must set, `env/envvars`, the option, what was inherited.
 *
 * @throws {ConfigurationError} for a variable that can't be one.
 */
export async function jobEnvironment(
  options: RunOptions,
  inputs: RunInputs,
  settings: RunSettings,
  { factCache, factCacheType }: FactCachePlace,
  artifactDir: string,
  isolation: Isolation,
  inherited: Readonly<Record<string, string | undefined>>,
): Promise<JobEnvironment> {
  const env: Record<string, string> = {};
  const setByRun = new Set<string>();
  if (isolation.inheritsEnvironment)
    for (const [name, value] of Object.entries(inherited))
      if (value !== undefined) env[name] = value;
  const set = (name: string, value: string) => {
    env[name] = value;
    setByRun.add(name);
  };
  for (const [name, value] of Object.entries(isolation.environment)) set(name, value);
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
  const config = await readAnsibleConfig(env, inputs.cwd);
  // The runner's default is not Ansible's, but what the user has set stands.
  if (
    env.ANSIBLE_HOST_KEY_CHECKING === undefined &&
    env.ANSIBLE_SSH_HOST_KEY_CHECKING === undefined &&
    !config.setsHostKeyChecking
  )
    set('ANSIBLE_HOST_KEY_CHECKING', 'False');
  set('AWX_ISOLATED_DATA_DIR', isolation.pathOf(artifactDir));
  if (factCacheType === 'jsonfile') {
    set('ANSIBLE_CACHE_PLUGIN', 'jsonfile');
    set(
      'ANSIBLE_CACHE_PLUGIN_CONNECTION',
      isolation.pathOf(resolve(artifactDir, factCache ?? 'fact_cache'), 'made'),
    );
  }
  const roles = rolesPath(options, inputs.root, isolation, env, config);
  if (roles !== undefined) set('ANSIBLE_ROLES_PATH', roles);
  if (inputs.args === undefined && (options.playbook || options.role || options.module)) {
    const choose = (name: string, said: boolean | undefined) => {
      if (said !== undefined) set(name, said ? 'True' : 'False');
      // Where no option says it, a variable may.
      else if (!setByRun.has(name)) set(name, env[name] ?? inherited[name] ?? 'False');
    };
    choose('RUNNER_OMIT_EVENTS', settings.omitEventData);
    choose('RUNNER_ONLY_FAILED_EVENTS', settings.onlyFailedEventData);
  }
  return { env, envSetByRun: setByRun };
}

/** Where Ansible looks for roles when no setting says where. */
const DEFAULT_ROLES_PATH = '~/.ansible/roles:/usr/share/ansible/roles:/etc/ansible/roles';

/** A role to run is looked for in `roles/` of the private data dir as well, and wherever else the user's roles are. */
function rolesPath(
  { rolesPath: asked, role }: RunOptions,
  root: string,
  isolation: Isolation,
  env: Readonly<Record<string, string>>,
  config: AnsibleConfig,
): string | undefined {
  const folders = typeof asked === 'string' ? asked.split(delimiter) : asked;
  // Relative ones are Ansible's to resolve.
  const first = folders
    ?.map((folder) => (isAbsolute(folder) ? isolation.pathOf(folder) : folder))
    .join(delimiter);
  if (!role) return first;
  const usual = env.ANSIBLE_ROLES_PATH ?? config.rolesPath ?? DEFAULT_ROLES_PATH;
  return [first, isolation.pathOf(join(root, 'roles')), usual]
    .filter((part) => part)
    .join(delimiter);
}
