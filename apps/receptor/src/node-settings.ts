import type { FirewallRule } from '@receptorjs/netceptor';
import { fieldsOf, nodeIdOf, type Action, type Fields } from '@receptorjs/receptor-config';
import type { RoomLimits } from '@receptorjs/workceptor';
import type { Level } from './log/log.js';

/** What holds for the node as a whole. */
export interface NodeSettings {
  readonly id: string;
  /** Folder of the units of work; undefined when none is configured. */
  readonly dataDir: string | undefined;
  /** The most bytes of stdout of one unit on another node that are stored. */
  readonly maxRemoteStdoutBytes: number;
  /** The most bytes of stdin of one submission that are stored. */
  readonly maxStdinBytes: number;
  /** Free bytes of the disk that output of other nodes and submissions leave alone; undefined for the usual ones. */
  readonly diskReserveBytes: number | undefined;
  /** How much disk units may have, and which of those that have ended are kept. */
  readonly room: RoomLimits;
  /** Name of the TLS client configuration for services with TLS where none is named. */
  readonly tlsClient: string | undefined;
  /** A link with nothing received for so many milliseconds is dropped. */
  readonly maxIdleMs: number;
  readonly level: Level;
  readonly logFormat: 'classic' | 'json';
  /** Whether every message is logged. */
  readonly trace: boolean;
  readonly firewallRules: readonly FirewallRule[];
  /** Whether anything keeps the node busy: a link, or the wish to run without one. */
  readonly hasBackends: boolean;
}

const MIB = 2 ** 20;

const backend = /^(?:tcp|udp|ws)-(?:listener|peer)$|^local-only$/;

/**
 * The settings of a configuration.
 *
 * @param hostname the node ID when none is configured
 * @throws {ConfigError} when there is no usable node ID
 */
export function nodeSettings(actions: readonly Action[], hostname: string): NodeSettings {
  const [node] = fieldsOf(actions, 'node');
  const [logLevel] = fieldsOf(actions, 'log-level');
  return {
    id: nodeIdOf(actions, hostname),
    dataDir: node?.datadir === '' ? undefined : node?.datadir,
    maxRemoteStdoutBytes: (node?.maxremotestdout ?? 65_536) * MIB,
    maxStdinBytes: (node?.maxstdin ?? 65_536) * MIB,
    diskReserveBytes: node?.diskreserve === undefined ? undefined : node.diskreserve * MIB,
    room: roomOf(node),
    tlsClient: node?.tlsclient,
    maxIdleMs: node?.maxidleconnectiontimeout ?? 21_000,
    level: logLevel?.level ?? 'info',
    logFormat: fieldsOf(actions, 'log-format')[0]?.format ?? 'classic',
    firewallRules: node?.firewallrules ?? [],
    trace: actions.some(({ action }) => action === 'trace'),
    hasBackends: actions.some(({ action }) => backend.test(action)),
  };
}

function roomOf(node: Fields<'node'> | undefined): RoomLimits {
  const bytes = (mebibytes: number | undefined): number | undefined =>
    mebibytes === undefined ? undefined : mebibytes * MIB;
  return {
    maxUnitBytes: bytes(node?.maxunitdisk),
    retention: {
      maxAgeMs: node?.retentionage,
      maxCount: node?.retentioncount,
      maxBytes: bytes(node?.retentionsize),
    },
  };
}
