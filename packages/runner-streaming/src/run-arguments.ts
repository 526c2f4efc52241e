import {
  ConfigurationError,
  type ContainerAuthData,
  type RunOptions,
} from '@receptorjs/runner-core';
import { readInventoryText } from '@receptorjs/runner-core/internal';
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { isObject } from './messages/message-recovery.js';

/** Arguments of a run as they travel: names and meaning of the original, unset ones absent or `null`. */
export type RunArguments = Readonly<Record<string, unknown>>;

/** Options of a run that have no meaning elsewhere. */
export const STAYS_HERE = [
  'privateDataDir',
  'removePrivateDataDir',
  'output',
  'onEvent',
  'onStatus',
  'onLog',
  'onWarning',
  'plugins',
  'signal',
  'artifactDir',
  'projectDir',
] as const;

/** Options of a run that can travel. */
export type PortableOptions = Omit<RunOptions, (typeof STAYS_HERE)[number]>;

type Kind =
  | 'text'
  | 'number'
  | 'flag'
  | 'mapping'
  | 'list of texts'
  | 'text or mapping'
  | 'text or list of texts'
  | 'text, mapping or list of texts'
  | 'text, mapping or list of mappings';

/** Every option that travels: its name in the stream, its name here, and what it may be. */
const TABLE: readonly (readonly [name: string, option: keyof PortableOptions, kind: Kind])[] = [
  ['ident', 'ident', 'text'],
  ['playbook', 'playbook', 'text, mapping or list of mappings'],
  ['module', 'module', 'text'],
  ['module_args', 'moduleArgs', 'text'],
  ['host_pattern', 'hostPattern', 'text'],
  ['binary', 'binary', 'text'],
  ['inventory', 'inventory', 'text, mapping or list of texts'],
  ['extravars', 'extravars', 'text or mapping'],
  ['envvars', 'envvars', 'mapping'],
  ['passwords', 'passwords', 'mapping'],
  ['settings', 'settings', 'mapping'],
  ['ssh_key', 'sshKey', 'text'],
  ['cmdline', 'cmdline', 'text'],
  ['limit', 'limit', 'text'],
  ['forks', 'forks', 'number'],
  ['verbosity', 'verbosity', 'number'],
  ['tags', 'tags', 'text'],
  ['skip_tags', 'skipTags', 'text'],
  ['roles_path', 'rolesPath', 'text or list of texts'],
  ['rotate_artifacts', 'rotateArtifacts', 'number'],
  ['timeout', 'timeout', 'number'],
  ['omit_event_data', 'omitEventData', 'flag'],
  ['only_failed_event_data', 'onlyFailedEventData', 'flag'],
  ['fact_cache', 'factCache', 'text'],
  ['fact_cache_type', 'factCacheType', 'text'],
  ['json_mode', 'jsonMode', 'flag'],
  ['role', 'role', 'text'],
  ['role_vars', 'roleVars', 'mapping'],
  ['role_skip_facts', 'roleSkipFacts', 'flag'],
  ['hosts', 'hosts', 'text'],
  ['suppress_output_file', 'suppressOutputFile', 'flag'],
  ['suppress_ansible_output', 'suppressAnsibleOutput', 'flag'],
  ['check_job_event_data', 'checkJobEventData', 'flag'],
  ['process_isolation', 'processIsolation', 'flag'],
  ['process_isolation_executable', 'processIsolationExecutable', 'text'],
  ['process_isolation_path', 'processIsolationPath', 'text'],
  ['process_isolation_hide_paths', 'processIsolationHidePaths', 'list of texts'],
  ['process_isolation_show_paths', 'processIsolationShowPaths', 'list of texts'],
  ['process_isolation_ro_paths', 'processIsolationRoPaths', 'list of texts'],
  ['container_image', 'containerImage', 'text'],
  ['container_volume_mounts', 'containerVolumeMounts', 'list of texts'],
  ['container_options', 'containerOptions', 'list of texts'],
  ['container_workdir', 'containerWorkdir', 'text'],
  ['container_auth_data', 'containerAuthData', 'mapping'],
  ['host_cwd', 'hostCwd', 'text'],
  ['directory_isolation_base_path', 'directoryIsolationBasePath', 'text'],
];

/** Of the options of a run, which may have others beside them, those that travel. */
export function portableOptions(options: PortableOptions): PortableOptions {
  const travels = new Set<string>([...TABLE.map(([, option]) => option), 'secretVars']);
  return Object.fromEntries(Object.entries(options).filter(([name]) => travels.has(name)));
}

/** Arguments that mean nothing on the working side. */
const WITHOUT_MEANING = new Set([
  'artifact_dir',
  'debug',
  'ignore_logging',
  'keepalive_seconds',
  'logfile',
  'private_data_dir',
  'project_dir',
  'quiet',
  'streamer',
  'suppress_env_files',
]);

/**
 * Options as arguments. Paths inside of the private data dir become relative to where the other side looks:
 * `playbook` to `project/`, `inventory` and `ANSIBLE_ROLES_PATH` to the private data dir.
 *
 * @throws {ConfigurationError} for an inventory or a file of extra variables outside of the private data dir.
 */
export function toArguments(options: PortableOptions, privateDataDir: string): RunArguments {
  const root = resolve(privateDataDir);
  const result: Record<string, unknown> = {};
  for (const [name, option] of TABLE)
    if (options[option] !== undefined) result[name] = options[option];
  if (typeof options.playbook === 'string' && isAbsolute(options.playbook))
    result.playbook = relative(join(root, 'project'), options.playbook);
  if (typeof options.inventory === 'string' || isTexts(options.inventory))
    result.inventory =
      typeof options.inventory === 'string'
        ? inside(root, options.inventory)
        : options.inventory.map((one) => inside(root, one));
  if (typeof options.extravars === 'string')
    result.extravars = inside(root, resolve(options.extravars), 'file of extra variables');
  if (options.containerAuthData !== undefined) {
    const { host, username, password, verifySsl } = options.containerAuthData;
    result.container_auth_data = {
      ...{ host, username, password },
      ...(verifySsl !== undefined && { verify_ssl: verifySsl }),
    };
  }
  // The original has no argument for them, and passes over settings it does not know.
  if (options.secretVars !== undefined && options.secretVars.length > 0) {
    const others = options.settings?.[SECRET_VARS];
    const names = [...(Array.isArray(others) ? (others as unknown[]) : []), ...options.secretVars];
    result.settings = { ...options.settings, [SECRET_VARS]: names };
  }
  return result;
}

const SECRET_VARS = 'secret_extravars';

function inside(root: string, path: string, what = 'inventory'): string {
  if (!isAbsolute(path)) return path;
  const below = relative(root, path);
  if (below.startsWith('..'))
    throw new ConfigurationError(
      `The ${what} ${path} lies outside of the private data dir ${root}, which alone is transmitted.`,
    );
  return below;
}

/**
 * Arguments as options, paths joined to the private data dir they were sent with.
 *
 * @throws {ConfigurationError} that names the argument which is unknown or of the wrong type.
 */
export function fromArguments(given: RunArguments, privateDataDir: string): PortableOptions {
  const known = new Map(TABLE.map(([name, option, kind]) => [name, { option, kind }]));
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || WITHOUT_MEANING.has(name)) continue;
    const entry = known.get(name);
    if (entry === undefined)
      throw new ConfigurationError(
        `The argument ${JSON.stringify(name)} is unknown; known are ${[...known.keys()].join(', ')}.`,
      );
    // An empty type of fact cache says that there is none; other empty texts say nothing.
    if (value === '' && name !== 'fact_cache_type') continue;
    // Idents are often numbers on the other side.
    const argument = name === 'ident' && typeof value === 'number' ? String(value) : value;
    if (!isOfKind(argument, entry.kind))
      throw new ConfigurationError(`The argument ${name} must be a ${entry.kind}.`);
    options[entry.option] = argument;
  }
  return withPaths(options, resolve(privateDataDir));
}

function withPaths(options: PortableOptions, root: string): PortableOptions {
  const { inventory, envvars, extravars, containerAuthData } = options;
  const rolesPath = envvars?.ANSIBLE_ROLES_PATH;
  return {
    ...options,
    ...(isTexts(inventory) && {
      inventory: inventory.map((one) => (isPath(one, root) ? resolve(root, one) : one)),
    }),
    ...(typeof extravars === 'string' && { extravars: resolve(root, extravars) }),
    ...(containerAuthData !== undefined && { containerAuthData: credentials(containerAuthData) }),
    ...(typeof rolesPath === 'string' && {
      envvars: {
        ...envvars,
        ANSIBLE_ROLES_PATH: rolesPath
          .split(':')
          .map((one) => resolve(root, 'roles', one))
          .join(':'),
      },
    }),
  };
}

/** Whether one of several inventories is a path in the private data dir rather than hosts. */
function isPath(inventory: string, root: string): boolean {
  return existsSync(resolve(root, inventory)) || readInventoryText(inventory).form === 'word';
}

/** Credentials as they travel: `{host, username, password, verify_ssl}`. */
function credentials(given: object): ContainerAuthData {
  const { host, username, password, verify_ssl: verifySsl } = given as Record<string, unknown>;
  if (typeof host !== 'string' || typeof username !== 'string' || typeof password !== 'string')
    throw new ConfigurationError(
      'The argument container_auth_data must have the texts host, username and password.',
    );
  return { host, username, password, ...(typeof verifySsl === 'boolean' && { verifySsl }) };
}

function isOfKind(value: unknown, kind: Kind): boolean {
  return kind.split(/, | or /).some((one) => KINDS[one as keyof typeof KINDS](value));
}

const KINDS = {
  text: (value: unknown) => typeof value === 'string',
  number: (value: unknown) => typeof value === 'number',
  flag: (value: unknown) => typeof value === 'boolean',
  mapping: isObject,
  'list of texts': isTexts,
  'list of mappings': (value: unknown) => Array.isArray(value) && value.every(isObject),
};

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
