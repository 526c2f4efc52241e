import { ConfigurationError, type RunOptions } from '@receptorjs/runner-core';
import { isAbsolute, join, relative, resolve } from 'node:path';

/** Arguments of a run as they travel: names and meaning of the original, unset ones absent or `null`. */
export type RunArguments = Readonly<Record<string, unknown>>;

/** Options of a run that can travel. */
export type PortableOptions = Omit<
  RunOptions,
  | 'privateDataDir'
  | 'output'
  | 'onEvent'
  | 'onStatus'
  | 'onLog'
  | 'onWarning'
  | 'plugins'
  | 'signal'
  | 'artifactDir'
  | 'projectDir'
>;

type Kind = 'text' | 'number' | 'flag' | 'mapping' | 'text or mapping' | 'text or texts';

/** Every option that travels: its name in the stream, its name here, and what it may be. */
const TABLE: readonly (readonly [name: string, option: keyof PortableOptions, kind: Kind])[] = [
  ['ident', 'ident', 'text'],
  ['playbook', 'playbook', 'text'],
  ['module', 'module', 'text'],
  ['module_args', 'moduleArgs', 'text'],
  ['host_pattern', 'hostPattern', 'text'],
  ['binary', 'binary', 'text'],
  ['inventory', 'inventory', 'text or texts'],
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
  ['roles_path', 'rolesPath', 'text or texts'],
  ['rotate_artifacts', 'rotateArtifacts', 'number'],
  ['timeout', 'timeout', 'number'],
  ['omit_event_data', 'omitEventData', 'flag'],
  ['only_failed_event_data', 'onlyFailedEventData', 'flag'],
  ['fact_cache', 'factCache', 'text'],
  ['fact_cache_type', 'factCacheType', 'text'],
  ['json_mode', 'jsonMode', 'flag'],
];

/** Arguments that mean nothing on the working side. */
const WITHOUT_MEANING = new Set([
  'artifact_dir',
  'check_job_event_data',
  'debug',
  'ignore_logging',
  'keepalive_seconds',
  'logfile',
  'private_data_dir',
  'project_dir',
  'quiet',
  'role_skip_facts',
  'streamer',
  'suppress_env_files',
]);

/** Arguments of the original that are not supported; they may come unset. */
const UNSUPPORTED = new Set([
  'container_auth_data',
  'container_image',
  'container_options',
  'container_volume_mounts',
  'container_workdir',
  'directory_isolation_base_path',
  'host_cwd',
  'hosts',
  'process_isolation',
  'process_isolation_executable',
  'process_isolation_hide_paths',
  'process_isolation_path',
  'process_isolation_ro_paths',
  'process_isolation_show_paths',
  'role',
  'role_vars',
]);

/**
 * Options as arguments. Paths inside of the private data dir become relative to where the other side looks:
 * `playbook` to `project/`, `inventory` and `ANSIBLE_ROLES_PATH` to the private data dir.
 *
 * @throws ConfigurationError for an inventory or roles path outside of the private data dir.
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
  return result;
}

function inside(root: string, path: string): string {
  if (!isAbsolute(path)) return path;
  const below = relative(root, path);
  if (below.startsWith('..'))
    throw new ConfigurationError(
      `The inventory ${path} lies outside of the private data dir ${root}, which alone is transmitted.`,
    );
  return below;
}

/**
 * Arguments as options, paths joined to the private data dir they were sent with.
 *
 * @throws ConfigurationError that names the argument which is unknown, unsupported or of the wrong type.
 */
export function fromArguments(given: RunArguments, privateDataDir: string): PortableOptions {
  const known = new Map(TABLE.map(([name, option, kind]) => [name, { option, kind }]));
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined || WITHOUT_MEANING.has(name)) continue;
    if (UNSUPPORTED.has(name)) {
      if (value === false || value === '' || (Array.isArray(value) && value.length === 0)) continue;
      throw new ConfigurationError(`The argument ${name} is not supported by this version.`);
    }
    const entry = known.get(name);
    if (entry === undefined)
      throw new ConfigurationError(
        `The argument ${JSON.stringify(name)} is unknown; known are ${[...known.keys()].join(', ')}.`,
      );
    // Idents are often numbers on the other side.
    const argument = name === 'ident' && typeof value === 'number' ? String(value) : value;
    if (!isOfKind(argument, entry.kind))
      throw new ConfigurationError(`The argument ${name} must be a ${entry.kind}.`);
    // An empty type of fact cache says that there is none; other empty texts say nothing.
    if (argument !== '' || name === 'fact_cache_type') options[entry.option] = argument;
  }
  return withPaths(options, resolve(privateDataDir));
}

function withPaths(options: PortableOptions, root: string): PortableOptions {
  const { inventory, envvars } = options;
  const rolesPath = envvars?.ANSIBLE_ROLES_PATH;
  return {
    ...options,
    ...(isTexts(inventory) && {
      inventory: inventory.map((one) => (one.includes(',') ? one : resolve(root, one))),
    }),
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

function isOfKind(value: unknown, kind: Kind): boolean {
  const mapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'flag':
      return typeof value === 'boolean';
    case 'mapping':
      return mapping;
    case 'text or mapping':
      return typeof value === 'string' || mapping;
    case 'text or texts':
      return typeof value === 'string' || isTexts(value);
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
