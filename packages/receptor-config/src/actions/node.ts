import { parseHostAndPort, portOrHostAndPort } from '../fields/address-fields.js';
import { flag, integer, permissions, text, tlsName, word } from '../fields/fields.js';
import { ownNodeId, serviceName } from '../fields/mesh-fields.js';
import { socketPath } from '../fields/path-fields.js';
import { firewallRules } from '../fields/structured-fields.js';
import { duration } from '../fields/time-fields.js';
import { tcpSocket, unixSocket } from './sockets.js';
import { action } from './spec.js';

/** The node itself, what it logs, and how it is controlled. */
export const nodeActions = {
  node: action({
    help: 'Identity of this node and where it keeps its data',
    reload: 'fixed',
    v2: 'node',
    singleton: true,
    subject: ({ id }) => id,
    fields: {
      id: ownNodeId({ help: 'Node ID (the host name when not given)', bare: true }),
      datadir: text({
        help: 'Folder of the units of work (when not given: /var/lib/receptor for root, /tmp/receptor for others)',
      }),
      tlsclient: tlsName(
        'tls-client',
        'TLS of streams to services with TLS where none is named (when not given: the only one there is)',
      ),
      firewallrules: firewallRules({ help: 'Which messages are let through, first match first' }),
      maxidleconnectiontimeout: duration(
        {
          help: 'A link on which nothing arrives for so long is dropped',
          fallback: 21_000,
          fallbackText: '21s',
        },
        {
          minMs: 21_000,
          name: 'MaxIdleConnectionTimeout from configuration file',
          nameWhenShort: 'maxIdleConnectionTimeout',
        },
      ),
      maxremotestdout: integer(
        {
          help: 'MiB of the stdout of one unit on another node that are stored; a unit with more is given up',
          fallback: 65_536,
        },
        { min: 1, max: 1_000_000_000 },
      ),
      maxstdin: integer(
        {
          help: 'MiB of the stdin of one submission that are stored; one with more is refused',
          fallback: 65_536,
        },
        { min: 1, max: 1_000_000_000 },
      ),
      diskreserve: integer(
        {
          help: 'MiB of the disk of the data folder that output of other nodes and submissions leave free; submissions are refused while there is less (when not given: a twentieth of it, at most 1024)',
        },
        { min: 0, max: 1_000_000_000 },
      ),
      maxunitdisk: integer(
        {
          help: 'MiB on disk of all units that are not released; further submissions are refused (when not given: what the disk has but diskreserve)',
        },
        { min: 1, max: 1_000_000_000 },
      ),
      retentionage: duration(
        {
          help: 'Units are released so long after their end, with results that another node has not fetched yet: longer than links are down (when not given: never)',
        },
        { minMs: 1_000, name: 'retentionage' },
      ),
      retentioncount: integer(
        {
          help: 'Units that have ended and are kept; the oldest beyond are released (when not given: all)',
        },
        { min: 0, max: 1_000_000 },
      ),
      retentionsize: integer(
        {
          help: 'MiB on disk of the units that have ended and are kept; the oldest beyond are released (when not given: any)',
        },
        { min: 0, max: 1_000_000_000 },
      ),
      receptorkubesupportreconnect: text({
        help: 'Whether logs of pods can be read again after a break: enabled, disabled, auto',
      }),
      receptorkubeclientsetqps: text({ help: 'Requests a second to Kubernetes' }),
      receptorkubeclientsetburst: text({ help: 'Requests at once to Kubernetes' }),
      receptorkubeclientsetratelimiter: text({
        help: 'How requests to Kubernetes are limited: tokenbucket, never, always',
      }),
    },
  }),
  'local-only': action({
    help: 'Run without any link to other nodes',
    reload: 'applied',
    v2: 'local-only',
    singleton: true,
    fields: { local: flag({ help: 'Has no effect in the list form', fallback: true }) },
  }),
  'log-level': action({
    help: 'How much is logged',
    reload: 'applied',
    v2: 'log-level',
    singleton: true,
    subject: ({ level }) => level,
    fields: {
      level: word(['error', 'warning', 'info', 'debug'], {
        help: 'Least severe level that is logged; info without this action',
        bare: true,
        fallback: 'error',
        unknown: (value) => `${value} is not a valid log level name`,
      }),
    },
  }),
  trace: action({
    help: 'Log every message that this node sends, receives or passes on',
    reload: 'fixed',
    v2: 'trace',
    singleton: true,
    fields: {},
  }),
  'control-service': action({
    help: 'Answer the control protocol on the mesh, a Unix socket or a TCP port',
    reload: 'fixed',
    v2: 'control-services',
    subject: ({ service, filename, tcplisten }) => service || filename || tcplisten,
    service: ({ service }) => service,
    unixSocket: ({ filename }) => filename,
    listensOn: ({ filename, tcplisten }) => {
      const { host = '', port = 0 } = parseHostAndPort(tcplisten ?? '') ?? {};
      return [...unixSocket({ filename }), ...tcpSocket({ bindaddr: host, port })];
    },
    fields: {
      service: serviceName(
        { help: 'Name of the mesh service; empty for none', fallback: 'control' },
        { mayBeNone: true },
      ),
      filename: socketPath({ help: 'Path of the Unix socket' }),
      permissions: permissions({
        help: 'Permissions of the Unix socket',
        fallback: 0o600,
        fallbackText: '0600',
      }),
      owner: text({ help: 'User of the Unix socket, by name or number; needs the rights of root' }),
      group: text({
        help: 'Group of the Unix socket, by name or number; permissions 0660 let its members use it',
      }),
      tls: tlsName('tls-server', 'TLS of the mesh service'),
      tcplisten: portOrHostAndPort({ help: 'Port, or host:port, of the TCP listener' }),
      tcptls: tlsName('tls-server', 'TLS of the TCP listener'),
    },
    check: ({ service, filename, tcplisten }) =>
      service || filename || tcplisten
        ? undefined
        : { why: 'no listeners specified', hint: 'give service, filename or tcplisten' },
  }),
  version: action({
    help: 'Print the version and leave',
    reload: 'fixed',
    exclusive: true,
    fields: {},
  }),
} as const;
