import { Command, InvalidArgumentError, Option } from 'commander';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { MeshAddress } from '@receptorjs/controller-core';
import { isNodeId } from '@receptorjs/join-protocol';
import { readLifetime, readMeshAddress } from './settings/mesh-address.js';
import { defaultFolder } from './settings/data-folder.js';
import { backup, restore } from './verbs/backup.js';
import { check, type CheckArguments } from './verbs/check.js';
import { createAdmin } from './verbs/create-admin.js';
import { joinToken, type JoinTokenArguments } from './verbs/join-token.js';
import { migrate } from './verbs/migrate.js';
import { prune, type PruneArguments } from './verbs/prune.js';
import { rotateKey } from './verbs/rotate-key.js';
import { serve, type ServeArguments } from './verbs/serve.js';

const DEFAULT_PORT = 8052;
const MAX_PORT = 65_535;
const MAX_DAYS = 36_500;
const DEFAULT_CERTIFICATE_DAYS = 30;
const HOUR_MS = 3_600_000;

/** The command line. */
export function buildProgram(version: string, env: NodeJS.ProcessEnv): Command {
  const folder = () =>
    new Option('--data-dir <folder>', 'where the controller keeps what is its own')
      .env('CONTROLLER_DATA_DIR')
      .default(defaultFolder(env));
  const program = new Command('controller')
    .description(
      'The control plane over the mesh. The database is in the data folder, or the one of DATABASE_URL.',
    )
    .version(version);
  program
    .command('serve', { isDefault: true })
    .description('run the controller')
    .addOption(folder())
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 for a free one', port, DEFAULT_PORT)
    .option('--node <id>', 'node ID of this controller on the mesh', hostname())
    .option(
      '--discover <pattern>',
      'regular expression of hostnames: nodes of the mesh that fit are registered when they appear; default: all',
      pattern,
    )
    .option('--approve-nodes', 'a person has to approve a node that has appeared before it is used')
    .option(
      '--receptor <address>',
      'control socket of a node that is there, such as unix:/run/receptor.sock; default: a node is brought along',
    )
    .addOption(
      new Option(
        '--node-type <type>',
        'whether jobs of users run at this node too (hybrid), or only the work of the control plane (control)',
      )
        .choices(['hybrid', 'control'])
        .default('hybrid'),
    )
    .option(
      '--work-signing-key <file>',
      'RSA key in PEM that work for other nodes is signed by; default: work_private_key.pem in the data folder, made where it is missing',
    )
    .option(
      '--tls-client <name>',
      'the tls-client of the node at --receptor by which control services with TLS are reached',
    )
    .option(
      '--traces <url>',
      'collector that takes traces of jobs by OTLP over HTTP; default: that of OTEL_EXPORTER_OTLP_ENDPOINT, or none',
    )
    .option(
      '--trusted-proxies <addresses>',
      'addresses of reverse proxies, or networks such as 10.0.0.0/8, with commas: what they say of a client (X-Forwarded-For, -Proto, -Host) is believed; default: none',
      addresses,
    )
    .option(
      '--mesh-listen <address:port>',
      'where the node that is brought along takes links of other nodes, with TLS; default: nowhere',
      meshAddress,
    )
    .option(
      '--mesh-address <host:port>',
      'what other nodes call that; default: the same, or the name of this machine for every address',
      meshAddress,
    )
    .option(
      '--certificate-days <days>',
      'how long certificates of nodes that join are good for',
      days,
      DEFAULT_CERTIFICATE_DAYS,
    )
    .option('--tls-cert <file>', 'certificate in PEM, for HTTPS')
    .option('--tls-key <file>', 'its key in PEM')
    .action((options: ServeArguments) => serve(options, env));
  program
    .command('migrate')
    .description('bring the schema of the database up to date')
    .addOption(folder())
    .action(({ dataDir }: { dataDir: string }) => migrate(dataDir, env));
  program
    .command('create-admin')
    .description('make an administrator, or give one a new password')
    .argument('[username]', 'who', 'admin')
    .addOption(folder())
    .action((username: string, { dataDir }: { dataDir: string }) =>
      createAdmin(dataDir, username, env),
    );
  program
    .command('join-token')
    .description('print a token with which a machine joins the mesh, once: receptor join URL TOKEN')
    .addOption(
      new Option('--kind <kind>', 'whether the node runs jobs (execution) or only routes (hop)')
        .choices(['execution', 'hop'])
        .default('execution'),
    )
    .option(
      '--node-id <id>',
      'the only node that it is for, which may be there already; default: any new one',
      nodeId,
    )
    .option('--group <name>', 'instance group that the node is put into')
    .option('--peer <node>', 'node that it links to; default: the nodes of controllers that listen')
    .option(
      '--listener <host:port>',
      'where the node takes links of other nodes; default: nowhere',
      meshAddress,
    )
    .addOption(
      new Option('--expires <time>', 'how long it is good for, such as 30m, 1h or 2d')
        .argParser(lifetime)
        .default(HOUR_MS, '1h'),
    )
    .addOption(folder())
    .action((options: JoinTokenArguments) => joinToken(options));
  program
    .command('backup')
    .description('write all that the database has into one file')
    .argument('<file>', 'which is not there yet, or is replaced')
    .addOption(folder())
    .action((file: string, { dataDir }: { dataDir: string }) => backup(dataDir, file, env));
  program
    .command('restore')
    .description('read such a file into an empty database, and check it')
    .argument('<file>', 'of a backup')
    .addOption(folder())
    .action((file: string, { dataDir }: { dataDir: string }) => restore(dataDir, file, env));
  program
    .command('rotate-key')
    .description(
      'store all secrets under a new key, which replaces secret.key; or under the first of CONTROLLER_SECRET_KEY, which has the one before it as well',
    )
    .option('--online', 'controllers that run have the new key beside the one before it')
    .addOption(folder())
    .action(({ dataDir, online = false }: { dataDir: string; online?: boolean }) =>
      rotateKey(dataDir, online, env),
    );
  program
    .command('prune')
    .description(
      'remove jobs that have ended, and entries of the activity stream, that are older than so many days',
    )
    .addOption(folder())
    .option('--jobs <days>', 'jobs with their events; default: all stay', days)
    .option('--activity <days>', 'entries of the activity stream; default: all stay', days)
    .option('--dry-run', 'say how many that would be, and remove nothing')
    .action((options: PruneArguments) => prune(options, env));
  program
    .command('check')
    .description('look at database, clock, mesh, keys and accounts; 1 if something is wrong')
    .addOption(folder())
    .option(
      '--receptor <address>',
      'control socket of the node that the controller uses (unix:PATH); default: its own, if that runs',
    )
    .action((options: CheckArguments) => check(options, env));
  return program;
}

function meshAddress(text: string): MeshAddress {
  const address = readMeshAddress(text);
  if (address !== undefined) return address;
  throw new InvalidArgumentError('A host with a port, such as 10.0.0.5:27199, is allowed.');
}

function nodeId(text: string): string {
  if (isNodeId(text)) return text;
  throw new InvalidArgumentError('Letters, digits, dots, dashes and underscores are allowed.');
}

function lifetime(text: string): number {
  const value = readLifetime(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('A time such as 30m, 1h or 2d is allowed.');
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MAX_DAYS) return value;
  throw new InvalidArgumentError(`Days from 1 to ${MAX_DAYS} are allowed.`);
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, 'u');
  } catch {
    throw new InvalidArgumentError('A regular expression is allowed.');
  }
}

function addresses(text: string): readonly string[] {
  const all = text.split(',').map((each) => each.trim());
  const isNetwork = (each: string): boolean => {
    const [address = '', bits, ...more] = each.split('/');
    const family = isIP(address);
    const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0);
    return (
      family > 0 && isPrefix && Number(bits ?? 0) <= (family === 4 ? 32 : 128) && more.length === 0
    );
  };
  if (all.every(isNetwork)) return all;
  throw new InvalidArgumentError('Addresses, or networks such as 10.0.0.0/8, are allowed.');
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= MAX_PORT) return value;
  throw new InvalidArgumentError(`A port from 0 to ${MAX_PORT} is allowed.`);
}
