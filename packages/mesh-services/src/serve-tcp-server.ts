import { createServer, type Server, type Socket } from 'node:net';
import type { TlsServer } from '@receptorjs/certificates';
import { createTlsServer } from '@receptorjs/certificates/sockets';
import {
  connectionChecks,
  localChecks,
  remoteChecks,
  tlsCheck,
  validateService,
} from './argument-checks.js';
import { Connections } from './connections.js';
import { listenPlaceText, serverPlace } from '@receptorjs/socket-addresses';
import { startListening, stopListening } from './local-listener.js';
import {
  defaultMaxConnections,
  silentLogger,
  type Logger,
  type RunningService,
  type StreamDialer,
} from './service-types.js';

/** Options of {@link serveTcpServer}. */
export interface TcpServerOptions {
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. Default: every address of IPv6 and IPv4. */
  readonly host?: string | undefined;
  readonly remoteNode: string;
  readonly remoteService: string;
  /** Clients speak TLS with this configuration. It stays the caller's to close. */
  readonly tls?: TlsServer | undefined;
  readonly log?: Logger | undefined;
  /** Connections carried at once; further ones are closed. Default 4,096. */
  readonly maxConnections?: number | undefined;
}

/**
 * Accepts TCP connections here and carries each to a service of a node. With TLS, a client is heard by the node only
 * when its handshake is done.
 *
 * @throws MeshServiceError `listen-failed`
 */
export async function serveTcpServer(
  streams: StreamDialer,
  options: TcpServerOptions,
): Promise<RunningService> {
  validateService<TcpServerOptions>('serveTcpServer', ['dialer', streams], options, {
    ...connectionChecks,
    ...localChecks,
    ...remoteChecks,
    tls: tlsCheck('TlsServer'),
  });
  const { port, host, remoteNode, remoteService } = options;
  const log = options.log ?? silentLogger;
  const what = `tcp-server ${listenPlaceText(options)} to ${remoteNode}:${remoteService}`;
  const max = options.maxConnections ?? defaultMaxConnections;
  const connections = new Connections(what, max, log);
  const accept = (socket: Socket): void => {
    connections.carry(socket, (signal) => streams.dial(remoteNode, remoteService, { signal }));
  };
  const sockets = new Set<Socket>();
  const server = options.tls
    ? tlsServer(options.tls, { what, max, log, accept, sockets })
    : createServer({ allowHalfOpen: true, noDelay: true }, accept);
  const listening = `error listening on TCP: ${listenPlaceText(options)}`;
  await startListening(server, serverPlace(options), listening, log);
  const bound = server.address();
  return {
    address: listenPlaceText({
      host,
      port: typeof bound === 'object' && bound ? bound.port : port,
    }),
    close: async () => {
      const stopped = stopListening(server);
      for (const socket of sockets) socket.destroy();
      await connections.close();
      await stopped;
    },
  };
}

/** A server for TLS; its connections count from before their handshake, which happens before they are accepted. */
function tlsServer(
  tls: TlsServer,
  part: {
    readonly what: string;
    readonly max: number;
    readonly log: Logger;
    readonly accept: (socket: Socket) => void;
    /** All connections, those in their handshake too; written by the server only. */
    readonly sockets: Set<Socket>;
  },
): Server {
  const { what, max, log, accept, sockets } = part;
  const server = createTlsServer(tls, {
    accepted: accept,
    refused: (error) => {
      log.warning(`${what}: client refused: ${error.message}`);
    },
  });
  server.maxConnections = max;
  server.on('drop', () => {
    log.warning(`${what}: connection refused, ${max} are open`);
  });
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return server;
}
