import type { CommandLineOptions, Scope } from './command-line-options.js';
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

/** Variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Says of a command line that it can't be carried out. */
export type Refuse = (message: string) => never;

interface Judging {
  readonly environment: Environment;
  readonly refuse: Refuse;
}

/**
 * The options of a subcommand with what the environment says where they are silent.
 *
 * @throws {UsageError} for what is missing or contradictory, besides what `refuse` throws
 */
export function validated(
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

function validatedJob(options: CommandLineOptions, refuse: Refuse): CommandLineOptions {
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
