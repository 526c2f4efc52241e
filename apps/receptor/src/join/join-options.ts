import {
  isNodeId,
  JoinProtocolError,
  readJoinToken,
  type JoinNodeType,
  type JoinToken,
} from '@receptorjs/join-protocol';
import { errorText } from '@receptorjs/primitives';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { JoinFailure } from './join-failure.js';

/** How `receptor join` is called; in the help and in mistakes. */
export const JOIN_USAGE = `Usage: receptor join URL TOKEN [options]

Make this machine a node of the mesh of a controller, with a token of "controller join-token".

  --node-id ID         ID of the node; default: the name of this machine
  --kind KIND          execution (runs jobs, the default) or hop (only routes)
  --data-dir DIR       where the node keeps keys, certificates and units; default /var/lib/receptor for root
  --config FILE        configuration that is written; default /etc/receptor/receptor.conf for root
  --runner COMMAND     runs jobs; default: ansible-runner, as it is found on PATH
  --service            install and start a service of systemd; the default where it runs and one is root
  --no-service         say the command that starts the node
  --start              become the node, in the foreground, where there is no service
  --insecure-http      send the token unencrypted to another machine than this one
`;

/** What is to be done. */
export interface JoinOptions {
  readonly url: URL;
  readonly token: JoinToken;
  readonly nodeId: string;
  readonly nodeType: JoinNodeType;
  readonly dataDir: string;
  readonly config: string;
  readonly runner: string;
  readonly isService: boolean;
  readonly isStarted: boolean;
}

/** What the defaults follow from. */
export interface Machine {
  readonly hostname: string;
  readonly isRoot: boolean;
  readonly hasSystemd: boolean;
  /** Where people keep data: `XDG_DATA_HOME`. */
  readonly dataHome: string;
}

/** Reads the words after `join`; nothing for `--help`. @throws {JoinFailure} 2 */
export function readJoinOptions(
  words: readonly string[],
  machine: Machine,
): JoinOptions | undefined {
  const { values, positionals } = parsed(words);
  if (values.help === true) return undefined;
  const [address, text, ...more] = positionals;
  if (address === undefined || text === undefined || more.length > 0)
    throw usage('an address and a token are needed, and nothing else');
  const { 'node-id': nodeId = machine.hostname, kind = 'execution', service } = values;
  if (kind !== 'execution' && kind !== 'hop') throw usage('--kind is execution or hop');
  if (!isNodeId(nodeId))
    throw usage(
      `${nodeId} is no ID for a node: letters, digits, dots, dashes and underscores are allowed (--node-id)`,
    );
  const noService = values['no-service'] === true;
  if (service === true && noService) throw usage('--service and --no-service exclude each other');
  if (service === true && !(machine.isRoot && machine.hasSystemd))
    throw usage('--service needs root and systemd running');
  const isService = service === true || (!noService && machine.isRoot && machine.hasSystemd);
  const dataDir = resolve(
    values['data-dir'] ?? (machine.isRoot ? '/var/lib/receptor' : `${machine.dataHome}/receptor`),
  );
  const isOwn = values['data-dir'] !== undefined || !machine.isRoot;
  const config = isOwn ? `${dataDir}/receptor.conf` : '/etc/receptor/receptor.conf';
  return {
    url: urlOf(address, values['insecure-http'] === true),
    token: tokenOf(text),
    nodeId,
    nodeType: kind,
    dataDir,
    config: resolve(values.config ?? config),
    runner: values.runner ?? 'ansible-runner',
    isService,
    isStarted: values.start === true && !isService,
  };
}

function parsed(words: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        'node-id': text,
        kind: text,
        'data-dir': text,
        config: text,
        runner: text,
        service: flag,
        'no-service': flag,
        start: flag,
        'insecure-http': flag,
        help: { ...flag, short: 'h' },
      },
    });
  } catch (error) {
    throw usage(errorText(error));
  }
}

function urlOf(text: string, allowsHttp: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw usage(`${text} is no address such as https://controller.example.org:8052`);
  if (url.protocol === 'https:' || allowsHttp || isLoopback(url.hostname)) return url;
  throw usage(
    `the token would be sent to ${url.hostname} unencrypted: use https, or --insecure-http where the network is trusted`,
  );
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

function tokenOf(text: string): JoinToken {
  try {
    return readJoinToken(text);
  } catch (error) {
    if (error instanceof JoinProtocolError) throw usage(error.message);
    throw error;
  }
}

const usage = (why: string): JoinFailure =>
  new JoinFailure(`${why}; receptor join --help says how it is called`, 2);
