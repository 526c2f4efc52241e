import { InvalidArgumentError, Option } from 'commander';

/** Subcommands of `ansible-runner`. */
export const SUBCOMMANDS = [
  'run',
  'start',
  'stop',
  'is-alive',
  'adhoc',
  'playbook',
  'transmit',
  'worker',
  'process',
] as const;

export type Subcommand = (typeof SUBCOMMANDS)[number];

/** Options as they stand on the command line; unset ones are absent. */
export interface CommandLineOptions {
  readonly playbook?: string;
  readonly module?: string;
  readonly role?: string;
  readonly args?: string;
  readonly hosts?: string;
  readonly limit?: string;
  readonly cmdline?: string;
  readonly forks?: number;
  readonly rolesPath?: string;
  readonly roleVars?: string;
  readonly roleSkipFacts?: boolean;
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
  readonly debug?: boolean;
  readonly logfile?: string;
  readonly processIsolation?: boolean;
  readonly processIsolationExecutable?: string;
  readonly processIsolationPath?: string;
  readonly processIsolationHidePaths?: readonly string[];
  readonly processIsolationShowPaths?: readonly string[];
  readonly processIsolationRoPaths?: readonly string[];
  readonly directoryIsolationBasePath?: string;
  readonly containerImage?: string;
  readonly containerVolumeMount?: readonly string[];
  readonly containerOption?: readonly string[];
  readonly viaReceptor?: string;
  readonly receptorPeer?: string;
  readonly receptorNodeId?: string;
  readonly receptorRootcas?: string;
  readonly receptorCert?: string;
  readonly receptorKey?: string;
  readonly receptorInsecureskipverify?: boolean;
  readonly receptorControlTls?: boolean;
  readonly receptorTlsClient?: string;
  readonly receptorWorktype?: string;
  readonly privateDataDir?: string;
  readonly delete?: boolean;
  readonly workerInfo?: boolean;
  readonly failOnError?: boolean;
  readonly keepaliveSeconds?: number;
  readonly blobStore?: string;
  readonly filePattern?: string;
  readonly excludeStrings?: readonly string[];
  readonly removeImages?: readonly string[];
  readonly gracePeriod?: number;
  readonly imagePrune?: boolean;
}

/** An option: how it is written, what it does, and which subcommands know it (all of them where nothing is said). */
interface OptionRow {
  readonly flags: string;
  readonly help: string;
  readonly of?: readonly Subcommand[];
  readonly value?: 'whole number' | 'repeated';
}

const direct: readonly Subcommand[] = ['adhoc', 'playbook'];
const background: readonly Subcommand[] = ['stop', 'is-alive'];
const here: readonly Subcommand[] = ['run', 'start'];
/** `stop` and `is-alive` take the options of the job they are about, and need none of them. */
const job: readonly Subcommand[] = [...here, ...background, 'transmit'];
/** A job that runs on another node. */
const elsewhere: readonly Subcommand[] = [...here, ...background];
const isolation: readonly Subcommand[] = [...here, ...background, ...direct];
const container: readonly Subcommand[] = [...job, ...direct];
const results: readonly Subcommand[] = [...job, ...direct, 'process'];
const worker: readonly Subcommand[] = ['worker'];

const ROWS: readonly OptionRow[] = [
  { flags: '-p, --playbook <file>', help: 'playbook to run', of: job },
  { flags: '-m, --module <name>', help: 'module to run', of: job },
  { flags: '-r, --role <name>', help: 'role to run', of: job },
  { flags: '-a, --args <args>', help: 'arguments of the module', of: job },
  { flags: '--hosts <pattern>', help: 'hosts the module or role runs on', of: job },
  { flags: '--limit <pattern>', help: 'limit the run to these hosts', of: job },
  { flags: '--cmdline <args>', help: 'further arguments of Ansible', of: job },
  { flags: '--forks <n>', help: 'hosts at once', of: job, value: 'whole number' },
  { flags: '--roles-path <path>', help: 'where roles are looked for', of: job },
  { flags: '--role-vars <vars>', help: 'variables of the role: k=v k=v', of: job },
  { flags: '--role-skip-facts', help: 'gather no facts before the role', of: job },
  { flags: '-b, --binary <path>', help: 'executable to run', of: job },
  { flags: '-i, --ident <ident>', help: 'name of the artifact folder', of: results },
  {
    flags: '--rotate-artifacts <n>',
    help: 'keep this many artifact folders',
    of: job,
    value: 'whole number',
  },
  { flags: '--artifact-dir <path>', help: 'folder for artifacts', of: results },
  { flags: '--project-dir <path>', help: 'working folder of the run', of: job },
  { flags: '--inventory <path>', help: 'inventory, a path or a list of hosts', of: job },
  { flags: '-j, --json', help: 'show events as JSON lines', of: results },
  { flags: '-q, --quiet', help: 'show no output', of: results },
  { flags: '--omit-event-data', help: 'leave the data out of events', of: job },
  { flags: '--only-failed-event-data', help: 'keep the data of failures only', of: job },
  { flags: '--omit-env-files', help: 'accepted; env files are never written', of: job },
  { flags: '--process-isolation', help: 'run in a container or sandbox', of: isolation },
  {
    flags: '--process-isolation-executable <name>',
    help: 'podman (default), docker or bwrap',
    of: [...isolation, 'worker'],
  },
  {
    flags: '--process-isolation-path <path>',
    help: 'bwrap: folder for what stands in for hidden paths (default /tmp)',
    of: isolation,
  },
  {
    flags: '--process-isolation-hide-paths <paths...>',
    help: 'bwrap: paths the job sees empty',
    of: isolation,
  },
  {
    flags: '--process-isolation-show-paths <paths...>',
    help: 'bwrap: paths the job sees and may write',
    of: isolation,
  },
  {
    flags: '--process-isolation-ro-paths <paths...>',
    help: 'bwrap: paths the job sees and may not write',
    of: isolation,
  },
  {
    flags: '--directory-isolation-base-path <path>',
    help: 'run in a copy of the project below this folder',
    of: isolation,
  },
  { flags: '--container-image <image>', help: 'image to run in', of: container },
  {
    flags: '--container-volume-mount <src:dst>',
    help: 'mount for the container; may be repeated',
    of: container,
    value: 'repeated',
  },
  {
    flags: '--container-option <option>',
    help: 'option for the engine; may be repeated',
    of: container,
    value: 'repeated',
  },
  { flags: '--via-receptor <node>', help: 'run on this node of a mesh', of: elsewhere },
  {
    flags: '--receptor-peer <url>',
    help: 'where the mesh is entered: receptor://host:port (also tcp, tls, udp, ws, wss) or unix:PATH',
    of: elsewhere,
  },
  {
    flags: '--receptor-node-id <id>',
    help: 'ID of the node in this process (default: a random one)',
    of: elsewhere,
  },
  { flags: '--receptor-rootcas <file>', help: 'CAs that vouch for the peer', of: elsewhere },
  { flags: '--receptor-cert <file>', help: 'certificate to show to the peer', of: elsewhere },
  { flags: '--receptor-key <file>', help: 'its key', of: elsewhere },
  {
    flags: '--receptor-insecureskipverify',
    help: "take the peer's certificate unseen",
    of: elsewhere,
  },
  {
    flags: '--receptor-control-tls',
    help: 'the control service of the far node has TLS',
    of: elsewhere,
  },
  {
    flags: '--receptor-tls-client <name>',
    help: 'with unix:PATH, tls-client of that node for the far one',
    of: elsewhere,
  },
  {
    flags: '--receptor-worktype <name>',
    help: 'work type of the far node (default ansible-runner)',
    of: elsewhere,
  },
  {
    flags: '--private-data-dir <path>',
    help: 'worker: folder to unpack to; adhoc, playbook: folder to keep the run in',
    of: [...worker, ...direct],
  },
  { flags: '--delete', help: 'worker: remove the folder before and after', of: worker },
  { flags: '--worker-info', help: 'worker: describe this machine and end', of: worker },
  {
    flags: '--fail-on-error',
    help: 'worker: end with 1, not with 0, when the run could not be carried out',
    of: worker,
  },
  {
    flags: '--keepalive-seconds <n>',
    help: 'worker: send a keepalive after silence',
    of: worker,
    value: 'whole number',
  },
  {
    flags: '--blob-store <path>',
    help: 'worker: keep files of runs here, so that they need not be sent again',
    of: worker,
  },
  { flags: '--file-pattern <glob>', help: 'worker cleanup: folders to remove', of: worker },
  {
    flags: '--exclude-strings <texts...>',
    help: 'worker cleanup: keep folders with one of these in their path',
    of: worker,
  },
  {
    flags: '--remove-images <tags...>',
    help: 'worker cleanup: images to remove',
    of: worker,
  },
  {
    flags: '--grace-period <minutes>',
    help: 'worker cleanup: keep folders changed since (default 60, 0: none)',
    of: worker,
    value: 'whole number',
  },
  { flags: '--image-prune', help: 'worker cleanup: prune images', of: worker },
  { flags: '--debug', help: 'show what the runner does' },
  { flags: '--logfile <file>', help: 'write what the runner does to a file' },
];

/** The options, as commander takes them. */
export function commandLineOptions(): Option[] {
  const verbose = new Option('-v, --verbose', 'more output, up to -vvvvv')
    .default(0)
    .argParser((_: string, before: number) => before + 1);
  return [...ROWS.map(toOption), verbose];
}

function toOption(row: OptionRow): Option {
  const option = new Option(row.flags, row.help);
  if (row.value === 'whole number') option.argParser(wholeNumber);
  if (row.value === 'repeated')
    option.argParser((value: string, before?: readonly string[]) => [...(before ?? []), value]);
  return option;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** The first option of those given that the subcommand does not know, as it is written. */
export function foreignOption(
  subcommand: Subcommand,
  given: readonly string[],
): string | undefined {
  for (const row of ROWS) {
    const option = new Option(row.flags);
    if (row.of?.includes(subcommand) === false && given.includes(option.attributeName()))
      return option.long ?? row.flags;
  }
  return undefined;
}
