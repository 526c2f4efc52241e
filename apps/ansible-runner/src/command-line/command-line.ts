import {
  OPTIONS,
  optionNames,
  type CommandLineOptions,
  type Scope,
} from './command-line-options.js';
import { readWords, type Reading } from './command-parsers.js';
import { UsageError } from './usage.js';

/** A command line that was understood. */
export interface CommandLine {
  readonly subcommand: Scope;
  /** Absent for `worker`, `adhoc` and `playbook`, whose folder is an option. */
  readonly privateDataDir?: string;
  readonly options: CommandLineOptions;
  /** What `adhoc` and `playbook` hand on to Ansible; empty for the others. */
  readonly words: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a command line. Options may stand before and after the subcommand and mean the same there; what stands
 * after `adhoc` and `playbook` belongs to Ansible.
 *
 * @throws {UsageError} for whatever is unknown, missing or contradictory
 * @throws {Answered} for `--help` and `--version`
 */
export function parseCommandLine(
  words: readonly string[],
  environment: Environment,
  version: string,
): CommandLine {
  const { parsed, refuse } = readWords(words, version);
  const {
    command,
    worker_subcommand: below,
    folder: privateDataDir,
    words: handedOn = [],
    ...given
  } = parsed;
  const subcommand: Scope = below === undefined ? command : 'worker cleanup';
  const options: CommandLineOptions = { verbose: 0, ...given };
  refuseForeign(subcommand, options, refuse);
  return {
    subcommand,
    words: handedOn,
    privateDataDir,
    options: validated(subcommand, options, { environment, refuse }),
  };
}

interface Judging {
  readonly environment: Environment;
  readonly refuse: Reading['refuse'];
}

function validated(
  subcommand: Scope,
  options: CommandLineOptions,
  { environment, refuse }: Judging,
): CommandLineOptions {
  switch (subcommand) {
    case 'run':
    case 'start':
    case 'transmit':
      return validatedJob(withDefaults(options, environment), refuse);
    case 'worker':
      return withKeepalive(options, { environment, refuse });
    default:
      return options;
  }
}

/** Options before the subcommand may be those of another one; behind it, its parser has refused them. */
function refuseForeign(
  subcommand: Scope,
  options: CommandLineOptions,
  refuse: Reading['refuse'],
): void {
  const scopes: readonly Scope[] =
    subcommand === 'worker cleanup' ? ['worker', subcommand] : [subcommand];
  const known = new Set<string>();
  const foreign = new Map<string, string>();
  for (const row of OPTIONS.flatMap(({ rows }) => rows)) {
    const { key, names } = optionNames(row);
    if (row.of === undefined || row.of.some((scope) => scopes.includes(scope))) known.add(key);
    else foreign.set(key, names.join('/'));
  }
  for (const [key, names] of foreign) {
    if (known.has(key) || !Object.hasOwn(options, key)) continue;
    if (key === 'verbose' && options.verbose === 0) continue;
    refuse(`argument ${names}: not allowed with ${subcommand}`);
  }
}

function validatedJob(options: CommandLineOptions, refuse: Reading['refuse']): CommandLineOptions {
  const { playbook, module, role, hosts, binary, viaReceptor } = options;
  const named = [playbook, module, role].filter((one) => one !== undefined).length;
  if (named > 1) refuse('arguments -p/--playbook, -m/--module and -r/--role exclude each other');
  const [forNode] = nodeOptionsOf(options);
  if (viaReceptor === undefined && forNode !== undefined)
    refuse(`argument ${forNode}: not allowed without argument --via-receptor`);
  if (hosts !== undefined && module === undefined && role === undefined)
    throw new UsageError('The --hosts option can only be used with -m or -r', 1, '');
  if (named === 0 && binary === undefined)
    throw new UsageError('The -p option must be specified when not using -m or -r', 1, '');
  return options;
}

/** The options given about the route to another node. */
function nodeOptionsOf(options: CommandLineOptions): string[] {
  return Object.keys(options)
    .filter((name) => name.startsWith('receptor'))
    .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

function withKeepalive(
  options: CommandLineOptions,
  { environment, refuse }: Judging,
): CommandLineOptions {
  const seconds = environment.ANSIBLE_RUNNER_KEEPALIVE_SECONDS;
  if (seconds === undefined || seconds === '' || options.keepaliveSeconds !== undefined)
    return options;
  if (!/^\d+$/.test(seconds))
    refuse(`ANSIBLE_RUNNER_KEEPALIVE_SECONDS: invalid int value: '${seconds}'`);
  return { ...options, keepaliveSeconds: Number(seconds) };
}

/** What the environment says where the command line does not. */
function withDefaults(options: CommandLineOptions, environment: Environment): CommandLineOptions {
  const { RUNNER_PLAYBOOK, RUNNER_MODULE, RUNNER_ROLE } = environment;
  const { RUNNER_BINARY, ANSIBLE_ROLES_PATH } = environment;
  const named = options.playbook ?? options.module ?? options.role;
  return {
    ...options,
    ...(named === undefined &&
      (RUNNER_PLAYBOOK
        ? { playbook: RUNNER_PLAYBOOK }
        : RUNNER_MODULE
          ? { module: RUNNER_MODULE }
          : RUNNER_ROLE
            ? { role: RUNNER_ROLE }
            : {})),
    ...(options.binary === undefined && RUNNER_BINARY ? { binary: RUNNER_BINARY } : {}),
    ...(options.rolesPath === undefined && ANSIBLE_ROLES_PATH
      ? { rolesPath: ANSIBLE_ROLES_PATH }
      : {}),
  };
}
