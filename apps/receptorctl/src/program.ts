import { Command, InvalidArgumentError, Option } from 'commander';
import type { GlobalOptions } from './global-options.js';
import { Session } from './session.js';
import { status } from './verbs/status-verb.js';
import type { ResultsOptions } from './verbs/results-verb.js';
import type { ListOptions, SubmitOptions } from './verbs/work-verbs.js';

/** The option `--tls-client` behind a verb; the one before the verb is another. */
const ofNode =
  'tls-client of the node spoken to, for its stream to the other node; where that wants TLS, default is the one its configuration names, or has';

/** Collects an option that may be given several times. */
function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/**
 * The command line: global options, verbs and their options. Verbs are loaded when they are used.
 *
 * @param words of the command line: verbs that do not stand among them are left out, unless none does, as for help
 */
export function buildProgram(ownVersion: string, words: readonly string[] = []): Command {
  const program = new Command('receptorctl')
    .description('Talks to the control service of a receptor node.')
    .addOption(
      new Option(
        '--socket <address>',
        'control socket of the node: a path, unix:PATH, tcp://HOST:PORT or tls://HOST:PORT',
      ).env('RECEPTORCTL_SOCKET'),
    )
    .addOption(
      new Option(
        '-c, --config <file>',
        "the node's configuration, of which the tls-client is used",
      ).env('RECEPTORCTL_CONFIG'),
    )
    .addOption(
      new Option(
        '--tls-client <name>',
        'tls-client in that file, for the connection from here to the socket',
      ).env('RECEPTORCTL_TLSCLIENT'),
    )
    .option('--rootcas <file>', 'CA certificates to trust instead of those of the system')
    .option('--key <file>', 'key of the client certificate')
    .option('--cert <file>', 'client certificate')
    .option('--insecureskipverify <bool>', 'accept any server certificate', 'false')
    .option(
      '--timeout <seconds>',
      'how long connecting and each reply may take (default: 10 to connect, 60 for a reply)',
      seconds,
    )
    .option('--bash-completion', 'print what bash completes by: . <(receptorctl --bash-completion)')
    .option('--zsh-completion', 'as that for zsh')
    .option('--man-page', 'print the manual page: receptorctl --man-page | man -l -')
    .version(ownVersion, '-V, --version', 'print the version of receptorctl')
    .enablePositionalOptions()
    .exitOverride();
  const open = (): Promise<Session> => Session.open(program.opts<GlobalOptions>(), ownVersion);
  const named = words.includes('help')
    ? []
    : Object.entries(verbs).filter(([name]) => words.includes(name));
  for (const [, add] of named.length > 0 ? named : Object.entries(verbs)) add(program, open);
  return program;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a whole number from 1 on.');
  }
  return value;
}

function position(text: string): bigint {
  if (/^\d{1,19}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('It must be a byte from 0 on.');
}

function notNegative(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError('It must be a number of seconds from 0 on.');
  return value;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--timeout must be a number of seconds, not ${text}`);
  return value;
}

/** Defines a verb; its session is opened when it is carried out. */
type AddVerb = (program: Command, open: () => Promise<Session>) => void;

const mesh = async () => (await import('./verbs.js')).mesh;

const verbs: Readonly<Record<string, AddVerb>> = {
  status: (program, open) => {
    program
      .command('status')
      .description('Show the status of the mesh as this node sees it.')
      .option('--json', 'print JSON')
      .action(async (options: { json?: boolean }) => {
        await status(await open(), options);
      });
  },
  ping: (program, open) => {
    program
      .command('ping <node>')
      .description('Ping a node.')
      .option('--count <number>', 'how many pings to send', wholeNumber, 4)
      .option('--delay <seconds>', 'time between them', notNegative, 1)
      .option('--statistics', 'sum them up on stderr, as on a terminal')
      .option('--json', 'print JSON')
      .action(
        async (
          node: string,
          options: { count: number; delay: number; statistics?: boolean; json?: boolean },
        ) => {
          await (await mesh()).ping(await open(), node, options);
        },
      );
  },
  traceroute: (program, open) => {
    program
      .command('traceroute <node>')
      .description('Show the way to a node; exit code 1 if it was not reached.')
      .option('--exit-zero', 'end with 0 all the same, as the original does')
      .option('--json', 'print JSON')
      .action(async (node: string, options: { json?: boolean; exitZero?: boolean }) => {
        await (await mesh()).traceroute(await open(), node, options);
      });
  },
  explain: (program, open) => {
    program
      .command('explain <node>')
      .description(
        'Say why this node can or can not open a stream to a node; exit code 0 if it can.',
      )
      .option('--service <name>', 'service of the node (default: control)')
      .option('--tls-client <name>', ofNode)
      .option('--json', 'print JSON')
      .action(
        async (node: string, options: { service?: string; tlsClient?: string; json?: boolean }) => {
          const { explain } = await import('./verbs.js');
          await explain(await open(), node, options);
        },
      );
  },
  connect: (program, open) => {
    program
      .command('connect <node> <service>')
      .description('Connect the terminal to a service of a node.')
      .option('-r, --raw', 'set the terminal to raw mode')
      .option('--tls-client <name>', ofNode)
      .action(
        async (node: string, service: string, options: { raw?: boolean; tlsClient?: string }) => {
          await (await mesh()).connect(await open(), node, service, options);
        },
      );
  },
  reload: (program, open) => {
    program
      .command('reload')
      .description('Reload the configuration of the node.')
      .option('--plan', 'only say what would be opened, closed and kept')
      .option('--json', 'print JSON')
      .action(async (options: { plan?: boolean; json?: boolean }) => {
        await (await mesh()).reload(await open(), options);
      });
  },
  'log-level': (program, open) => {
    program
      .command('log-level [level]')
      .description('Show or change, until the next reload, which lines the node logs.')
      .option('--json', 'print JSON')
      .action(async (level: string | undefined, options: { json?: boolean }) => {
        const { logLevel } = await import('./verbs.js');
        await logLevel(await open(), level, options);
      });
  },
  version: (program, open) => {
    program
      .command('version')
      .description('Show the versions of receptorctl and of the node.')
      .option('--json', 'print JSON')
      .action(async (options: { json?: boolean }) => {
        (await mesh()).version(await open(), options);
      });
  },
  work: addWorkVerbs,
};

function addWorkVerbs(program: Command, open: () => Promise<Session>): void {
  const load = async () => (await import('./verbs.js')).work;
  const work = program.command('work').description('Units of work.');
  const given: { payload?: string; noPayload?: boolean } = {};
  work
    .command('submit <worktype> [cmdparams...]')
    .description('Submit a new unit of work.')
    .option('--node <node>', 'node to run on; this one by default')
    .option('-p, --payload <file>', 'file with the stdin of the unit; - for stdin')
    .option('-l, --payload-literal <text>', 'stdin of the unit; a line break is added')
    .option('-n, --no-payload', 'empty stdin')
    .option('--tls-client <name>', ofNode)
    .option('--ttl <duration>', 'time within which remote work must start, such as 1h20m30s')
    .option('--signwork', 'sign the submission')
    .option('-f, --follow', 'print the results of the unit and wait for its end')
    .option('--rm', 'release the unit in the end')
    .option('-a, --param <key=value>', 'further parameter; @FILE as value reads it', collect, [])
    .option('--json', 'print JSON')
    .action(
      async (
        workType: string,
        words: string[],
        options: Omit<SubmitOptions, keyof typeof given>,
      ) => {
        const { payload, noPayload } = given;
        const all = { ...options, payload, noPayload };
        await (await load()).submit(await open(), workType, words, all);
      },
    )
    // as values of options, --payload and --no-payload would replace each other
    .on('option:payload', (file: string) => {
      given.payload = file;
    })
    .on('option:no-payload', () => {
      given.noPayload = true;
    });
  work
    .command('list')
    .description('List units of work.')
    .option('-q, --quiet', 'print unit IDs only')
    .option('--node <node>', 'node whose units to list; this one by default')
    .option('--unit_id <id>', 'only this unit; also --unit-id')
    .addOption(new Option('--unit-id <id>').hideHelp())
    .option('--tls-client <name>', ofNode)
    .option('--json', 'print JSON, as is done where stdout is no terminal')
    .action(
      async ({
        unit_id: original,
        unitId = original,
        ...options
      }: ListOptions & { unit_id?: string }) => {
        await (await load()).list(await open(), { ...options, unitId });
      },
    );
  work
    .command('status <unitids...>')
    .description('Show how far units are.')
    .option('--json', 'print JSON, as is done where stdout is no terminal')
    .action(async (unitIds: string[], options: { json?: boolean }) => {
      await (await load()).status(await open(), unitIds, options);
    });
  work
    .command('watch <unitids...>')
    .description('Print the state of units now and at each change until all have ended.')
    .option('--json', 'print an object of JSON a line')
    .action(async (unitIds: string[], options: { json?: boolean }) => {
      await (await load()).watch(await open(), unitIds, options);
    });
  work
    .command('results <unitid>')
    .description('Print the results of a unit until it ends.')
    .option('--startpos <byte>', 'the first byte to print; default 0', position)
    .option(
      '--verify',
      'compare all of it with the digest of the node where it ran; exit code 1 when it is another, or not known',
    )
    .action(async (unitId: string, options: ResultsOptions) => {
      await (await load()).results(await open(), unitId, options);
    });
  work
    .command('cancel [unitids...]')
    .description('Cancel units.')
    .option('--json', 'print JSON')
    .action(async (unitIds: string[], options: { json?: boolean }) => {
      await (await load()).cancel(await open(), unitIds, options);
    });
  work
    .command('release [unitids...]')
    .description('Release units: cancel them and delete what they have left.')
    .option('--force', 'delete here even if the remote node can not be reached')
    .option('--all', 'all units')
    .option('--json', 'print JSON')
    .action(
      async (unitIds: string[], options: { force?: boolean; all?: boolean; json?: boolean }) => {
        await (await load()).release(await open(), unitIds, options);
      },
    );
}
