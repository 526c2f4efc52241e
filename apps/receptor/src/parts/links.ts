import { errorText } from '@receptorjs/primitives';
import {
  dialTcp,
  dialUdp,
  dialWebSocket,
  listenTcp,
  listenUdp,
  listenWebSocket,
  type Dialer,
  type Listener,
} from '@receptorjs/netceptor-backends';
import type { Fields } from '@receptorjs/receptor-config';
import { hostPort } from '@receptorjs/socket-addresses';
import { hostAndPortOf, listenPlace } from '../addresses.js';
import type { Log } from '../log/log.js';
import type { Part, PartContext, PartStarters } from './part.js';

interface ListenerFields {
  readonly bindaddr: string;
  readonly port: number;
  readonly cost: number;
  readonly nodecost?: Readonly<Record<string, number>> | undefined;
  readonly allowedpeers?: readonly string[] | undefined;
}

interface PeerFields {
  readonly redial: boolean;
  readonly cost: number;
  readonly allowedpeers?: readonly string[] | undefined;
}

/** Links to other nodes. */
export const linkParts: PartStarters = {
  'tcp-listener': (fields, { node, tls, log }) =>
    listening('TCP', log, listenTcp(node, { ...listenerOptions(fields), ...server(tls, fields) })),
  'udp-listener': (fields, { node, log }) =>
    listening('UDP', log, listenUdp(node, listenerOptions(fields))),
  'ws-listener': (fields, { node, tls, log }) =>
    listening(
      'WebSocket',
      log,
      listenWebSocket(node, {
        ...listenerOptions(fields),
        ...server(tls, fields),
        path: fields.path,
      }),
    ),
  'tcp-peer': (fields, { node, tls, log }) =>
    dialing(fields, log, (options) =>
      dialTcp(node, { ...options, ...hostAndPortOf(fields.address), ...client(tls, fields) }),
    ),
  'udp-peer': (fields, { node, log }) =>
    dialing(fields, log, (options) =>
      dialUdp(node, { ...options, ...hostAndPortOf(fields.address) }),
    ),
  'ws-peer': (fields, { node, tls, log }) =>
    dialing(fields, log, (options) =>
      dialWebSocket(node, {
        ...options,
        ...client(tls, wsTls(fields)),
        url: fields.address,
        ...(fields.extraheader ? { extraHeader: fields.extraheader } : {}),
      }),
    ),
};

function listenerOptions({ bindaddr, port, cost, nodecost, allowedpeers }: ListenerFields) {
  return {
    ...listenPlace(bindaddr, port),
    cost,
    ...(nodecost ? { nodeCost: nodecost } : {}),
    ...(allowedpeers ? { allowedPeers: allowedpeers } : {}),
  };
}

function server(tls: PartContext['tls'], fields: { readonly tls?: string | undefined }) {
  const config = tls.server(fields.tls);
  return config === undefined ? {} : { tls: config };
}

function client(tls: PartContext['tls'], fields: { readonly tls?: string | undefined }) {
  const config = tls.client(fields.tls);
  return config === undefined ? {} : { tls: config };
}

/** Without a name, a `wss:` URL takes the configuration called `default`. */
function wsTls({ tls, address }: Fields<'ws-peer'>): { readonly tls: string | undefined } {
  return { tls: tls ?? (/^wss:/i.test(address) ? 'default' : undefined) };
}

async function listening(kind: string, log: Log, started: Promise<Listener>): Promise<Part> {
  const listener = await started;
  const { host, port } = listener.address;
  log.info(`Listening on ${kind} ${hostPort(host, port)}`);
  return listener;
}

/** Without redial the first failure is the end: it is logged, and the node goes on without this link. */
async function dialing(
  { redial, cost, allowedpeers }: PeerFields,
  log: Log,
  dial: (options: {
    redial: boolean;
    cost: number;
    allowedPeers?: readonly string[];
  }) => Promise<Dialer>,
): Promise<Part> {
  const started = dial({
    redial,
    cost,
    ...(allowedpeers ? { allowedPeers: allowedpeers } : {}),
  });
  if (redial) return started;
  const dialer = started.catch((error: unknown) => {
    log.error(`Backend connection failed: ${errorText(error)}`);
    return undefined;
  });
  return { close: async () => (await dialer)?.close() };
}
