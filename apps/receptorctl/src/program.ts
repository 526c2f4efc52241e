import { Command, Option } from 'commander';
import type { GlobalOptions } from './global-options.js';
import { atLeastTenth, notNegative, ofNode, seconds, wholeNumber } from './option-values.js';
import { Session } from './session.js';
import { status } from './verbs/status-verb.js';
import type { TopOptions } from './top/top-verb.js';
import { addWorkVerbs } from './work-program.js';

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
      .description('Show the route to a node; exit code 1 if it was not reached.')
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
  top: (program, open) => {
    program
      .command('top')
      .description(
        'Show nodes, links, units and rates, again and again; q ends it. Once where stdout is no terminal.',
      )
      .option('--once', 'show it once, with the rates of one interval')
      .option('--interval <seconds>', 'time between two looks', atLeastTenth, 1)
      .option('--json', 'print JSON, once')
      .action(async (options: TopOptions) => {
        const { top } = await import('./verbs.js');
        await top(await open(), options);
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
