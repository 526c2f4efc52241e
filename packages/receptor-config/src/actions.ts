import type { Field } from './fields.js';
import {
  cost,
  costs,
  duration,
  flag,
  hostAndPort,
  list,
  permissions,
  port,
  text,
  word,
} from './fields.js';

/** An action of the configuration: what it is for and which fields it takes. */
export interface ActionSpec<F extends Record<string, Field<unknown>>> {
  readonly help: string;
  readonly fields: F;
  /** May stand once only. */
  readonly singleton?: boolean;
  /** Must stand alone. */
  readonly exclusive?: boolean;
}

const action = <F extends Record<string, Field<unknown>>>(spec: ActionSpec<F>): ActionSpec<F> =>
  spec;

const peerLimits = {
  cost: cost({ help: 'Cost of this link', fallback: 1 }),
  allowedpeers: list({ help: 'Node IDs that may connect; all when not given' }),
};

/**
 * The actions of a node, with the names, fields and defaults of the original
 * (control-and-work reference, section 5.2).
 */
export const actions = {
  node: action({
    help: 'Identity of this node and where it keeps its data',
    singleton: true,
    fields: {
      id: text({ help: 'Node ID (the host name when not given)', bare: true }),
      datadir: text({ help: 'Folder of the units of work', fallback: '/tmp/receptor' }),
      maxidleconnectiontimeout: duration(
        { help: 'A link on which nothing arrives for so long is dropped', fallback: 21_000 },
        { minMs: 21_000 },
      ),
    },
  }),
  'local-only': action({
    help: 'Run without any link to other nodes',
    singleton: true,
    fields: { local: flag({ help: 'Has no effect', fallback: true }) },
  }),
  'log-level': action({
    help: 'How much is logged',
    singleton: true,
    fields: {
      level: word(['error', 'warning', 'info', 'debug'], {
        help: 'Least severe level that is logged; info without this action',
        bare: true,
        fallback: 'error',
        unknown: (value) => `${value} is not a valid log level name`,
      }),
    },
  }),
  'control-service': action({
    help: 'Answer the control protocol on the mesh, a Unix socket or a TCP port',
    fields: {
      service: text({ help: 'Name of the mesh service; empty for none', fallback: 'control' }),
      filename: text({ help: 'Path of the Unix socket' }),
      permissions: permissions({ help: 'Permissions of the Unix socket', fallback: 0o600 }),
      tcplisten: text({ help: 'Port, or host:port, of the TCP listener' }),
    },
  }),
  'tcp-listener': action({
    help: 'Wait for links from other nodes on a TCP port',
    fields: {
      bindaddr: text({ help: 'Address to listen on', fallback: '0.0.0.0' }),
      port: port({ help: 'Port to listen on', bare: true, required: true }),
      ...peerLimits,
      nodecost: costs({ help: 'Costs for single peers' }),
    },
  }),
  'tcp-peer': action({
    help: 'Link to another node by TCP',
    fields: {
      address: hostAndPort({ help: 'Address of the other node', bare: true, required: true }),
      redial: flag({ help: 'Link again when the link is lost', fallback: true }),
      ...peerLimits,
    },
  }),
  'tcp-server': action({
    help: 'Accept TCP connections here and carry them to a service of another node',
    fields: {
      port: port({ help: 'Port to listen on', required: true }),
      bindaddr: text({ help: 'Address to listen on', fallback: '0.0.0.0' }),
      remotenode: text({ help: 'Node that offers the service', required: true }),
      remoteservice: text({ help: 'Name of the service there', required: true }),
    },
  }),
  'tcp-client': action({
    help: 'Offer a service on the mesh and carry its connections to a TCP address',
    fields: {
      service: text({ help: 'Name of the service', required: true }),
      address: hostAndPort({ help: 'Address to connect to', required: true }),
    },
  }),
  'work-command': action({
    help: 'Offer a command as a type of work',
    fields: {
      worktype: text({ help: 'Name of the work type', required: true }),
      command: text({ help: 'Command to run', required: true }),
      params: text({ help: 'Arguments of the command' }),
      allowruntimeparams: flag({ help: 'Submitters may add arguments', fallback: false }),
    },
  }),
  version: action({ help: 'Print the version and leave', exclusive: true, fields: {} }),
} as const;

/** The actions of the original that this version does not have; named so that the error can say so. */
export const laterActions: ReadonlySet<string> = new Set([
  'tls-server',
  'tls-client',
  'udp-listener',
  'udp-peer',
  'ws-listener',
  'ws-peer',
  'udp-server',
  'udp-client',
  'unix-socket-server',
  'unix-socket-client',
  'command-service',
  'ip-router',
  'work-kubernetes',
  'work-python',
  'work-signing',
  'work-verification',
  'cert-init',
  'cert-makereq',
  'cert-signreq',
  'trace',
]);

/** Name of an action. */
export type ActionName = keyof typeof actions;

type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The fields of one action as they are after validation; optional ones without a default may be undefined. */
export type Fields<N extends ActionName> = {
  readonly [K in keyof (typeof actions)[N]['fields']]: ValueOf<(typeof actions)[N]['fields'][K]>;
};

/** One validated action, told apart by `action`. */
export type Action = {
  [N in ActionName]: { readonly action: N; readonly fields: Fields<N> };
}[ActionName];
