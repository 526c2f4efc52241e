/** Subcommands of `ansible-runner`, and what each is for. */
export const SUBCOMMANDS = {
  run: 'run a playbook, role or module and show its output',
  start: 'start such a run in the background',
  stop: 'end the run that was started in a private data dir',
  'is-alive': 'exit code 0 while the run that was started in a private data dir goes on',
  adhoc: 'run ansible with the words that follow, without a private data dir',
  playbook: 'run ansible-playbook with the words that follow, without a private data dir',
  transmit: 'write a job to stdout, for a worker',
  worker: 'run the job that comes on stdin and write its events to stdout',
  process: 'take the events of a worker from stdin and write their artifacts',
} as const;

/** The subcommand of `worker`. */
export const CLEANUP = 'remove what earlier runs have left on this machine';

export type Subcommand = keyof typeof SUBCOMMANDS;

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
  readonly eventLog?: boolean;
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
  readonly archiveMaxBytes?: number;
  readonly archiveMaxUnpackedBytes?: number;
  readonly archiveMaxMembers?: number;
  readonly archiveMaxRatio?: number;
  readonly archiveDiskReserve?: number;
  readonly filePattern?: string;
  readonly excludeStrings?: readonly string[];
  readonly removeImages?: readonly string[];
  readonly gracePeriod?: number;
  readonly imagePrune?: boolean;
}

/** A subcommand, or the one below `worker`. */
export type Scope = Subcommand | 'worker cleanup';

/** An option: how it is written, what it does, and which subcommands know it: all of them where nothing is said; with none, the
 * program alone.
 */
export interface OptionRow {
  /** Short and long name and, if it takes one, the name of its value; `...` behind it: any number of values. */
  readonly flags: string;
  readonly help: string;
  readonly of?: readonly Scope[];
  readonly value?: 'whole number' | 'repeated' | 'counted';
  /** At most one of them may be given. */
  readonly exclusive?: true;
}

/** Options that belong together; help shows them under a title where they have one. */
export interface OptionGroup {
  readonly title?: string;
  readonly rows: readonly OptionRow[];
}

const direct: readonly Scope[] = ['adhoc', 'playbook'];
const background: readonly Scope[] = ['stop', 'is-alive'];
const here: readonly Scope[] = ['run', 'start'];
/** `stop` and `is-alive` take the options of the job they are about, and need none of them. */
const job: readonly Scope[] = [...here, ...background, 'transmit'];
/** A job that runs on another node. */
const elsewhere: readonly Scope[] = [...here, ...background];
const isolation: readonly Scope[] = [...here, ...background, ...direct];
const container: readonly Scope[] = [...job, ...direct];
const results: readonly Scope[] = [...job, ...direct, 'process'];
/** What writes artifacts. */
const recorded: readonly Scope[] = [...elsewhere, ...direct, 'process'];
const worker: readonly Scope[] = ['worker'];
/** What takes an archive from elsewhere; `run` and `start` with `--via-receptor`. */
const receiving: readonly Scope[] = ['worker', 'process', ...elsewhere];
const cleanup: readonly Scope[] = ['worker cleanup'];

/** The options of all subcommands: parser, help, completion and manual pages are made of this table. */
export const OPTIONS: readonly OptionGroup[] = [
  {
    rows: [
      { flags: '-p, --playbook FILE', help: 'playbook to run', of: job, exclusive: true },
      { flags: '-m, --module NAME', help: 'module to run', of: job, exclusive: true },
      { flags: '-r, --role NAME', help: 'role to run', of: job, exclusive: true },
      { flags: '--debug', help: 'show what the runner does' },
      { flags: '--logfile FILE', help: 'write what the runner does to a file' },
      {
        flags: '--bash-completion',
        help: 'print what bash completes by: . <(ansible-runner --bash-completion)',
        of: [],
      },
      { flags: '--zsh-completion', help: 'as that for zsh', of: [] },
      {
        flags: '--man-page',
        help: 'print the manual page: ansible-runner --man-page | man -l -',
        of: [],
      },
    ],
  },
  {
    rows: [
      {
        flags: '--private-data-dir DIR',
        help: 'folder to unpack to (default: a temporary one)',
        of: worker,
      },
      {
        flags: '--private-data-dir DIR',
        help: 'folder to keep the run in (default: a temporary one)',
        of: direct,
      },
      { flags: '--delete', help: 'remove the folder before and after', of: worker },
      { flags: '--worker-info', help: 'describe this machine and end', of: worker },
      {
        flags: '--fail-on-error',
        help: 'end with 1, not with 0, when the run could not be carried out',
        of: worker,
      },
      {
        flags: '--keepalive-seconds N',
        help: 'send a keepalive after so long a silence (default: none)',
        of: worker,
        value: 'whole number',
      },
      {
        flags: '--blob-store DIR',
        help: 'keep files of runs here, so that they need not be sent again',
        of: worker,
      },
      { flags: '--file-pattern GLOB', help: 'folders to remove', of: cleanup },
      {
        flags: '--exclude-strings TEXT...',
        help: 'keep folders with one of these in their path',
        of: cleanup,
      },
      { flags: '--remove-images TAG...', help: 'images to remove', of: cleanup },
      {
        flags: '--grace-period MINUTES',
        help: 'keep folders changed since (default 60, 0: none)',
        of: cleanup,
        value: 'whole number',
      },
      { flags: '--image-prune', help: 'prune images', of: cleanup },
      {
        flags: '--process-isolation-executable NAME',
        help: 'podman (default) or docker, whose images are meant',
        of: cleanup,
      },
    ],
  },
  {
    title: 'Ansible Runner Options',
    rows: [
      { flags: '-b, --binary FILE', help: 'executable to run', of: job },
      {
        flags: '-i, --ident IDENT',
        help: 'name of the artifact folder (default: a new UUID)',
        of: results,
      },
      {
        flags: '--rotate-artifacts N',
        help: 'keep this many artifact folders (default 0: all)',
        of: job,
        value: 'whole number',
      },
      {
        flags: '--artifact-dir DIR',
        help: 'folder for artifacts (default: artifacts/)',
        of: results,
      },
      {
        flags: '--project-dir DIR',
        help: 'working folder of the run (default: project/)',
        of: job,
      },
      {
        flags: '--inventory FILE',
        help: 'inventory, a path or a list of hosts (default: inventory/)',
        of: job,
      },
      { flags: '-j, --json', help: 'show events as JSON lines', of: results },
      {
        flags: '--event-log',
        help: 'write all events into one file, job_events.jsonl',
        of: recorded,
      },
      { flags: '--omit-event-data', help: 'leave the data out of events', of: job },
      { flags: '--only-failed-event-data', help: 'keep the data of failures only', of: job },
      { flags: '--omit-env-files', help: 'accepted; env files are never written', of: job },
      { flags: '-q, --quiet', help: 'show no output', of: results },
      {
        flags: '-v, --verbose',
        help: 'more output, up to -vvvvv',
        of: container,
        value: 'counted',
      },
    ],
  },
  {
    title: 'Ansible Options',
    rows: [
      { flags: '--limit PATTERN', help: 'limit the run to these hosts', of: job },
      { flags: '--cmdline ARGS', help: 'further arguments of Ansible', of: job },
      { flags: '--hosts PATTERN', help: 'hosts the module (-m) or role (-r) runs on', of: job },
      { flags: '--forks N', help: 'hosts at once', of: job, value: 'whole number' },
    ],
  },
  {
    title: 'Ansible Role Options',
    rows: [
      { flags: '--roles-path PATH', help: 'where roles are looked for', of: job },
      { flags: '--role-vars VARS', help: 'variables of the role: k=v k=v', of: job },
      { flags: '--role-skip-facts', help: 'gather no facts before the role', of: job },
    ],
  },
  {
    title: 'Ansible Module Options',
    rows: [{ flags: '-a, --args ARGS', help: 'arguments of the module', of: job }],
  },
  {
    title: 'Ansible Container Options',
    rows: [
      { flags: '--container-image IMAGE', help: 'image to run in', of: container },
      {
        flags: '--container-volume-mount SRC:DST',
        help: 'mount for the container; may be repeated',
        of: container,
        value: 'repeated',
      },
      {
        flags: '--container-option OPTION',
        help: 'option for the engine; may be repeated',
        of: container,
        value: 'repeated',
      },
    ],
  },
  {
    title: 'Isolation Options',
    rows: [
      { flags: '--process-isolation', help: 'run in a container or sandbox', of: isolation },
      {
        flags: '--process-isolation-executable NAME',
        help: 'podman (default), docker or bwrap',
        of: isolation,
      },
      {
        flags: '--process-isolation-path DIR',
        help: 'bwrap: folder for what stands in for hidden paths (default /tmp)',
        of: isolation,
      },
      {
        flags: '--process-isolation-hide-paths PATH...',
        help: 'bwrap: paths the job sees empty',
        of: isolation,
      },
      {
        flags: '--process-isolation-show-paths PATH...',
        help: 'bwrap: paths the job sees and may write',
        of: isolation,
      },
      {
        flags: '--process-isolation-ro-paths PATH...',
        help: 'bwrap: paths the job sees and may not write',
        of: isolation,
      },
      {
        flags: '--directory-isolation-base-path DIR',
        help: 'run in a copy of the project below this folder',
        of: isolation,
      },
    ],
  },
  {
    title: 'Receptor Options',
    rows: [
      { flags: '--via-receptor NODE', help: 'run on this node of a mesh', of: elsewhere },
      {
        flags: '--receptor-peer URL',
        help: 'where the mesh is entered: receptor://host:port (also tcp, tls, udp, ws, wss) or unix:PATH, the control socket of a node of this machine (default: that of the variable RECEPTORCTL_SOCKET, /run/receptor/receptor.sock or /run/receptor.sock; else receptor://localhost:8888)',
        of: elsewhere,
      },
      {
        flags: '--receptor-node-id ID',
        help: 'ID of the node in this process (default: that of --receptor-cert, else a random one)',
        of: elsewhere,
      },
      { flags: '--receptor-rootcas FILE', help: 'CAs that vouch for the peer', of: elsewhere },
      { flags: '--receptor-cert FILE', help: 'certificate to show to the peer', of: elsewhere },
      { flags: '--receptor-key FILE', help: 'its key', of: elsewhere },
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
        flags: '--receptor-tls-client NAME',
        help: 'with unix:PATH, tls-client of that node for the far one',
        of: elsewhere,
      },
      {
        flags: '--receptor-worktype NAME',
        help: 'work type of the far node (default ansible-runner)',
        of: elsewhere,
      },
    ],
  },
  {
    title: 'Archive Options',
    rows: [
      {
        flags: '--archive-max-bytes N',
        help: 'largest archive that is received (default 64 GiB)',
        of: receiving,
        value: 'whole number',
      },
      {
        flags: '--archive-max-unpacked-bytes N',
        help: 'most bytes its files may have together (default 64 GiB)',
        of: receiving,
        value: 'whole number',
      },
      {
        flags: '--archive-max-members N',
        help: 'most files and folders in it (default 2000000)',
        of: receiving,
        value: 'whole number',
      },
      {
        flags: '--archive-max-ratio N',
        help: 'how many times its bytes in the archive a file of more than 256 MiB may have (default 200)',
        of: receiving,
        value: 'whole number',
      },
      {
        flags: '--archive-disk-reserve BYTES',
        help: 'what stays free of the disk (default: a twentieth, at most 1 GiB)',
        of: receiving,
        value: 'whole number',
      },
    ],
  },
];

/** The names of an option, the name of its value, and where {@link CommandLineOptions} has it. */
export interface OptionNames {
  readonly names: readonly string[];
  /** Absent where the option takes no value. */
  readonly value?: string;
  /** Whether it takes any number of values. */
  readonly many: boolean;
  readonly key: string;
}

/** Takes the `flags` of a row apart. */
export function optionNames({ flags }: OptionRow): OptionNames {
  const [, names = '', value, dots] = /^(-.*?)(?: ([A-Z][A-Z:]*)(\.\.\.)?)?$/.exec(flags) ?? [];
  const each = names.split(', ');
  const key = (each.at(-1) ?? '')
    .slice(2)
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return { names: each, value, many: dots !== undefined, key };
}

/** The groups with the options that a subcommand knows; groups without any are left out. */
export function optionsOf(scope: Scope): OptionGroup[] {
  return OPTIONS.map(({ rows, ...group }) => ({
    ...group,
    rows: rows.filter(({ of }) => of === undefined || of.includes(scope)),
  })).filter(({ rows }) => rows.length > 0);
}
