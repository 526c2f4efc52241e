import { Command, CommanderError } from 'commander';
import {
  commandLineOptions,
  foreignOption,
  SUBCOMMANDS,
  type CommandLineOptions,
  type Subcommand,
} from './command-line-options.js';

/** A command line that was understood. */
export interface CommandLine {
  readonly subcommand: Subcommand | 'worker cleanup';
  /** Absent for `worker`, `adhoc` and `playbook`, whose folder is an option. */
  readonly privateDataDir?: string;
  readonly options: CommandLineOptions;
  /** What `adhoc` and `playbook` hand on to Ansible; empty for the others. */
  readonly words: readonly string[];
}

/** The command line can't be carried out; `exitCode` is 2 for wrong usage, 1 for what the original ends with 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const EXAMPLES = `
Examples:
  ansible-runner run demo -p site.yml               a playbook of demo/project
  ansible-runner run demo -m debug -a msg=hi --hosts all
  ansible-runner run demo -r web --hosts servers    a role
  ansible-runner start demo -p site.yml             in the background: is-alive, stop
  ansible-runner playbook -i hosts site.yml         without a private data dir
  ansible-runner transmit demo -p site.yml | ssh far ansible-runner worker | ansible-runner process demo
`;

/**
 * Reads a command line. Options may stand before and after the subcommand and mean the same there; what stands
 * after `adhoc` and `playbook` belongs to Ansible.
 *
 * @throws UsageError for whatever is unknown, missing or contradictory.
 * @throws CommanderError for `--help` and `--version`, after having printed them; `exitCode` is 0.
 */
export function parseCommandLine(
  words: readonly string[],
  environment: Environment,
  version: string,
): CommandLine {
  const direct = parseDirect(words, version);
  if (direct !== undefined) return direct;
  const program = parse(commander(version).allowExcessArguments(false), words);
  const [subcommand, folder] = program.args;
  if (subcommand === undefined)
    throw new UsageError(`No subcommand given; one of ${SUBCOMMANDS.join(', ')} is needed.`);
  if (!isSubcommand(subcommand))
    throw new UsageError(`Unknown subcommand ${subcommand}; known are ${SUBCOMMANDS.join(', ')}.`);
  const options = program.opts<CommandLineOptions>();
  const foreign = foreignOption(subcommand, Object.keys(options));
  if (foreign !== undefined)
    throw new UsageError(`The option ${foreign} does not belong to ${subcommand}.`);
  if (subcommand === 'worker') return forWorker(folder, withKeepalive(options, environment));
  if (folder === undefined) throw new UsageError(`${subcommand} needs a private_data_dir.`);
  const judged = namesJob(subcommand) ? judgedJob(withDefaults(options, environment)) : options;
  return { subcommand, privateDataDir: folder, options: judged, words: [] };
}

function commander(version: string): Command {
  const program = new Command('ansible-runner')
    .description('Runs Ansible in a private data directory, here or at the far end of a stream.')
    .argument('[subcommand]', SUBCOMMANDS.join(', '))
    .argument('[private_data_dir]', 'folder with project/, inventory and env/')
    .version(version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', EXAMPLES);
  for (const option of commandLineOptions()) program.addOption(option);
  return program;
}

function parse(program: Command, words: readonly string[]): Command {
  try {
    return program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    throw new UsageError(error.message.replace(/^error: /, ''));
  }
}

/** The command line of `adhoc` or `playbook`; nothing when it is another one. */
function parseDirect(words: readonly string[], version: string): CommandLine | undefined {
  if (!words.includes('adhoc') && !words.includes('playbook')) return undefined;
  const program = commander(version).passThroughOptions().allowExcessArguments();
  // Whether the words after the subcommand are for Ansible is known only when they have been read.
  try {
    program.helpOption(false).parse([...words], { from: 'user' });
  } catch {
    return undefined;
  }
  const [subcommand, ...rest] = program.args;
  if (subcommand !== 'adhoc' && subcommand !== 'playbook') return undefined;
  const options = program.opts<CommandLineOptions>();
  const foreign = foreignOption(subcommand, Object.keys(options));
  if (foreign !== undefined)
    throw new UsageError(
      `The option ${foreign} does not belong to ${subcommand}: give Ansible's own options after it.`,
    );
  if (rest[0] === '--') rest.shift();
  if (rest.length === 0)
    throw new UsageError(`${subcommand} needs what Ansible shall do: its options and arguments.`);
  return { subcommand, options, words: rest };
}

function forWorker(folder: string | undefined, options: CommandLineOptions): CommandLine {
  const forCleanup =
    options.filePattern ??
    options.excludeStrings ??
    options.removeImages ??
    options.gracePeriod ??
    options.imagePrune ??
    options.processIsolationExecutable;
  if (folder === 'cleanup') return { subcommand: 'worker cleanup', options, words: [] };
  if (folder !== undefined) throw new UsageError('worker takes its folder as --private-data-dir.');
  if (forCleanup !== undefined)
    throw new UsageError('The options of worker cleanup do not belong to worker.');
  return { subcommand: 'worker', options, words: [] };
}

/** Whether the subcommand runs or sends the job its options name. */
function namesJob(subcommand: Subcommand): boolean {
  return subcommand === 'run' || subcommand === 'start' || subcommand === 'transmit';
}

function judgedJob(options: CommandLineOptions): CommandLineOptions {
  const { playbook, module, role, hosts, binary } = options;
  const named = [playbook, module, role].filter((one) => one !== undefined).length;
  if (named > 1) throw new UsageError('The options -p, -m and -r exclude each other.');
  if (hosts !== undefined && module === undefined && role === undefined)
    throw new UsageError('The --hosts option can only be used with -m or -r', 1);
  if (options.viaReceptor === undefined && nodeOptionsOf(options).length > 0)
    throw new UsageError(`The option ${nodeOptionsOf(options)[0]} needs --via-receptor NODE.`);
  if (named === 0 && binary === undefined)
    throw new UsageError('The -p option must be specified when not using -m or -r', 1);
  return options;
}

/** The options about the way to another node that are given. */
function nodeOptionsOf(options: CommandLineOptions): string[] {
  return Object.keys(options)
    .filter((name) => name.startsWith('receptor'))
    .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

function withKeepalive(options: CommandLineOptions, environment: Environment): CommandLineOptions {
  const seconds = environment.ANSIBLE_RUNNER_KEEPALIVE_SECONDS;
  if (seconds === undefined || seconds === '' || options.keepaliveSeconds !== undefined)
    return options;
  if (!/^\d+$/.test(seconds))
    throw new UsageError('ANSIBLE_RUNNER_KEEPALIVE_SECONDS must be a whole number.');
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

function isSubcommand(word: string): word is Subcommand {
  return (SUBCOMMANDS as readonly string[]).includes(word);
}
