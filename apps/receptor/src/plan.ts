import {
  ConfigError,
  type Action,
  type ActionName,
  type Fields,
} from '@receptorjs/receptor-config';
import type { Level } from './log.js';

/** What the daemon will start: the actions of a configuration, sorted by what they are for and checked against each other. */
export interface Plan {
  readonly node: { readonly id: string; readonly dataDir: string; readonly maxIdleMs: number };
  readonly level: Level;
  readonly localOnly: boolean;
  readonly controlServices: readonly Fields<'control-service'>[];
  readonly listeners: readonly Fields<'tcp-listener'>[];
  readonly peers: readonly Fields<'tcp-peer'>[];
  readonly tcpServers: readonly Fields<'tcp-server'>[];
  readonly tcpClients: readonly Fields<'tcp-client'>[];
  readonly workCommands: readonly Fields<'work-command'>[];
}

/**
 * Makes a plan of validated actions. Nothing is started.
 *
 * @param hostname the node ID when none is configured
 * @throws ConfigError for what single actions can't show: reserved names, work types named twice, control services
 *   that would listen nowhere
 */
export function planOf(actions: readonly Action[], hostname: string): Plan {
  const all = <N extends ActionName>(name: N): Fields<N>[] =>
    actions.flatMap((action) => (action.action === name ? [action.fields as Fields<N>] : []));
  const [node] = all('node');
  const [logLevel] = all('log-level');
  const controlServices = all('control-service');
  const workCommands = all('work-command');
  checkControlServices(controlServices);
  checkWorkTypes(workCommands.map(({ worktype }) => worktype));
  return {
    node: {
      id: nodeId(node?.id, hostname),
      dataDir: node?.datadir ?? '/tmp/receptor',
      maxIdleMs: node?.maxidleconnectiontimeout ?? 21_000,
    },
    level: logLevel?.level ?? 'info',
    localOnly: all('local-only').length > 0,
    controlServices,
    listeners: all('tcp-listener'),
    peers: all('tcp-peer'),
    tcpServers: all('tcp-server'),
    tcpClients: all('tcp-client'),
    workCommands,
  };
}

/** Whether the plan has anything that keeps a node busy: a link, or the wish to run without one. */
export function hasBackends(plan: Plan): boolean {
  return plan.localOnly || plan.listeners.length + plan.peers.length > 0;
}

function nodeId(id: string | undefined, hostname: string): string {
  if (id !== undefined && id !== '') {
    if (id.toLowerCase() !== 'localhost') return id;
    throw new ConfigError(
      'config-bad-value',
      'error in --node: node ID "localhost" is reserved (allowed: any other name)',
    );
  }
  if (hostname !== '' && hostname.toLowerCase() !== 'localhost') return hostname;
  throw new ConfigError(
    'config-missing-field',
    'error in --node: no node ID specified and local host name is localhost (give --node id=NAME)',
  );
}

function checkControlServices(services: readonly Fields<'control-service'>[]): void {
  for (const { service, filename, tcplisten } of services) {
    if (!service && !filename && !tcplisten) {
      throw new ConfigError(
        'config-missing-field',
        'error in --control-service: no listeners specified (give service, filename or tcplisten)',
      );
    }
    if (tcplisten) listenAddress(tcplisten);
  }
}

function checkWorkTypes(types: readonly string[]): void {
  const seen = new Set(['remote']);
  for (const type of types) {
    if (seen.has(type)) {
      throw new ConfigError(
        'config-repeated',
        `error in --work-command: work type ${type} already registered (each work type may stand once)`,
      );
    }
    seen.add(type);
  }
}

/**
 * Reads `port` or `host:port`.
 *
 * @throws ConfigError
 */
export function listenAddress(text: string): { host?: string; port: number } {
  const match = /^(?:(?:\[([^\]]+)\]|([^:]*)):)?(\d+)$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new ConfigError(
      'config-bad-value',
      `error setting field tcplisten in command control-service: ${text} is no address (allowed: port or host:port)`,
    );
  }
  const host = match[1] ?? match[2];
  return host ? { host, port } : { port };
}

/**
 * Splits a validated `host:port`; an empty host is this machine.
 */
export function dialAddress(text: string): { host: string; port: number } {
  const { host = 'localhost', port } = listenAddress(text);
  return { host, port };
}
