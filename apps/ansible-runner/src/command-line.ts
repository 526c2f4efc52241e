import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** Subcommands of this version. */
export const SUBCOMMANDS = ['run', 'transmit', 'worker', 'process'] as const;

export type Subcommand = (typeof SUBCOMMANDS)[number];

/** Subcommands of the original that this version does not have. */
const LATER = ['start', 'stop', 'is-alive', 'adhoc', 'playbook'];

/** Options as they stand on the command line; unset ones are absent. */
export interface CommandLineOptions {
  readonly playbook?: string;
  readonly module?: string;
  readonly args?: string;
  readonly hosts?: string;
  readonly limit?: string;
  readonly cmdline?: string;
  readonly forks?: number;
  readonly rolesPath?: string;
  readonly binary?: string;
  readonly ident?: string;
  readonly rotateArtifacts?: number;
  readonly artifactDir?: string;
  readonly projectDir?: string;
  readonly inventory?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly omitEventData?: boolean;
  readonly onlyFailedEventData?: boolean;
  readonly omitEnvFiles?: boolean;
  readonly verbose: number;
  readonly privateDataDir?: string;
  readonly delete?: boolean;
  readonly workerInfo?: boolean;
  readonly keepaliveSeconds?: number;
}

/** A command line that was understood. */
export interface CommandLine {
  readonly subcommand: Subcommand;
  /** Absent for `worker`, whose folder is an option. */
  readonly privateDataDir?: string;
  readonly options: CommandLineOptions;
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

const job: readonly Subcommand[] = ['run', 'transmit'];
const results: readonly Subcommand[] = ['run', 'transmit', 'process'];

/** Which subcommands know an option; the others reject it. Options that are not listed belong to all. */
const BELONGS: Readonly<Record<string, readonly Subcommand[]>> = {
  playbook: job,
  module: job,
  args: job,
  hosts: job,
  limit: job,
  cmdline: job,
  forks: job,
  rolesPath: job,
  binary: job,
  rotateArtifacts: job,
  projectDir: job,
  inventory: job,
  omitEventData: job,
  onlyFailedEventData: job,
  omitEnvFiles: job,
  artifactDir: results,
  ident: results,
  json: results,
  quiet: results,
  delete: ['worker'],
  workerInfo: ['worker'],
  privateDataDir: ['worker'],
  keepaliveSeconds: ['worker'],
};

/** Options of the original that this version does not have. */
const UNSUPPORTED = [
  '-r, --role <role>',
  '--role-vars <vars>',
  '--role-skip-facts',
  '--debug',
  '--logfile <file>',
  '--process-isolation',
  '--process-isolation-executable <executable>',
  '--process-isolation-path <path>',
  '--process-isolation-hide-paths <paths...>',
  '--process-isolation-show-paths <paths...>',
  '--process-isolation-ro-paths <paths...>',
  '--directory-isolation-base-path <path>',
  '--container-image <image>',
  '--container-volume-mount <mount...>',
  '--container-option <option...>',
  '--via-receptor <node>',
];

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

/**
 * Reads a command line. Options may stand before and after the subcommand and mean the same there.
 *
 * @throws UsageError for whatever is unknown, missing, unsupported or contradictory.
 * @throws CommanderError for `--help` and `--version`, after having printed them; `exitCode` is 0.
 */
export function parseCommandLine(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  version: string,
): CommandLine {
  const program = new Command('ansible-runner')
    .description('Runs Ansible in a private data directory, here or at the far end of a stream.')
    .argument('[subcommand]', SUBCOMMANDS.join(', '))
    .argument('[private_data_dir]', 'folder with project/, inventory and env/')
    .version(version)
    .option('-p, --playbook <file>', 'playbook to run')
    .option('-m, --module <name>', 'module to run')
    .option('-a, --args <args>', 'arguments of the module')
    .option('--hosts <pattern>', 'hosts the module runs on')
    .option('-i, --ident <ident>', 'name of the artifact folder')
    .option('-q, --quiet', 'show no output')
    .option('-j, --json', 'show events as JSON lines')
    .option(
      '-v, --verbose',
      'more output, up to -vvvvv',
      (_: string, before: number) => before + 1,
      0,
    )
    .option('--inventory <path>', 'inventory, a path or a list of hosts')
    .option('--limit <pattern>', 'limit the run to these hosts')
    .option('--cmdline <args>', 'further arguments of Ansible')
    .option('--forks <n>', 'hosts at once', wholeNumber)
    .option('--roles-path <path>', 'where roles are looked for')
    .option('-b, --binary <path>', 'executable to run')
    .option('--project-dir <path>', 'working folder of the run')
    .option('--artifact-dir <path>', 'folder for artifacts')
    .option('--rotate-artifacts <n>', 'keep this many artifact folders', wholeNumber)
    .option('--omit-event-data', 'leave the data out of events')
    .option('--only-failed-event-data', 'keep the data of failures only')
    .option('--omit-env-files', 'accepted; env files are never written')
    .option('--private-data-dir <path>', 'worker: folder to unpack to')
    .option('--delete', 'worker: remove the folder before and after')
    .option('--worker-info', 'worker: describe this machine and end')
    .option('--keepalive-seconds <n>', 'worker: send a keepalive after silence', wholeNumber)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  for (const flags of UNSUPPORTED) program.addOption(new Option(flags).hideHelp());
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    throw new UsageError(error.message.replace(/^error: /, ''));
  }
  const [subcommand, folder] = program.args;
  rejectUnsupported(program);
  if (subcommand === undefined)
    throw new UsageError(`No subcommand given; one of ${SUBCOMMANDS.join(', ')} is needed.`);
  if (!isSubcommand(subcommand))
    throw new UsageError(
      LATER.includes(subcommand)
        ? `The subcommand ${subcommand} is not supported by this version; it knows ${SUBCOMMANDS.join(', ')}.`
        : `Unknown subcommand ${subcommand}; known are ${SUBCOMMANDS.join(', ')}.`,
    );
  const options = program.opts<CommandLineOptions>();
  for (const name of Object.keys(options))
    if (BELONGS[name]?.includes(subcommand) === false)
      throw new UsageError(`The option --${kebab(name)} does not belong to ${subcommand}.`);
  return judged(subcommand, folder, withEnvironment(subcommand, options, environment));
}

function judged(
  subcommand: Subcommand,
  folder: string | undefined,
  options: CommandLineOptions,
): CommandLine {
  if (subcommand === 'worker') {
    if (folder === 'cleanup')
      throw new UsageError('worker cleanup is not supported by this version.');
    if (folder !== undefined)
      throw new UsageError('worker takes its folder as --private-data-dir.');
    return { subcommand, options };
  }
  if (folder === undefined) throw new UsageError(`${subcommand} needs a private_data_dir.`);
  if (subcommand !== 'process') {
    if (options.playbook !== undefined && options.module !== undefined)
      throw new UsageError('The options -p and -m exclude each other.');
    if (options.hosts !== undefined && options.module === undefined)
      throw new UsageError('The --hosts option can only be used with -m or -r', 1);
    if (
      options.playbook === undefined &&
      options.module === undefined &&
      options.binary === undefined
    )
      throw new UsageError('The -p option must be specified when not using -m or -r', 1);
  }
  return { subcommand, privateDataDir: folder, options };
}

/** What the environment says where the command line does not. */
function withEnvironment(
  subcommand: Subcommand,
  options: CommandLineOptions,
  environment: Readonly<Record<string, string | undefined>>,
): CommandLineOptions {
  if (subcommand === 'worker') {
    const seconds = environment.ANSIBLE_RUNNER_KEEPALIVE_SECONDS;
    if (seconds === undefined || seconds === '' || options.keepaliveSeconds !== undefined)
      return options;
    if (!/^\d+$/.test(seconds))
      throw new UsageError('ANSIBLE_RUNNER_KEEPALIVE_SECONDS must be a whole number.');
    return { ...options, keepaliveSeconds: Number(seconds) };
  }
  if (subcommand === 'process') return options;
  const { RUNNER_PLAYBOOK, RUNNER_MODULE, RUNNER_BINARY, ANSIBLE_ROLES_PATH } = environment;
  const named = options.playbook ?? options.module;
  return {
    ...options,
    ...(named === undefined && RUNNER_PLAYBOOK ? { playbook: RUNNER_PLAYBOOK } : {}),
    ...(named === undefined && !RUNNER_PLAYBOOK && RUNNER_MODULE ? { module: RUNNER_MODULE } : {}),
    ...(options.binary === undefined && RUNNER_BINARY ? { binary: RUNNER_BINARY } : {}),
    ...(options.rolesPath === undefined && ANSIBLE_ROLES_PATH
      ? { rolesPath: ANSIBLE_ROLES_PATH }
      : {}),
  };
}

function rejectUnsupported(program: Command): void {
  for (const flags of UNSUPPORTED) {
    const option = new Option(flags);
    if (program.getOptionValue(option.attributeName()) !== undefined)
      throw new UsageError(`The option ${String(option.long)} is not supported by this version.`);
  }
}

function isSubcommand(word: string): word is Subcommand {
  return (SUBCOMMANDS as readonly string[]).includes(word);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
