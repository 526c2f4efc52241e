import { createServer, type Server, type Socket } from 'node:net';
import type { TlsServer } from '@receptorjs/certificates';
import { createTlsServer } from '@receptorjs/certificates/sockets';
import {
  connectionChecks,
  localChecks,
  remoteChecks,
  tlsCheck,
  validateService,
} from '../argument-checks.js';
import { addressOrigin } from '@receptorjs/quotas';
import { Connections, type Place } from '../streams/connections.js';
import { DropLog } from '../drop-log.js';
import { listenPlaceText, serverPlace } from '@receptorjs/socket-addresses';
import { startListening, stopListening } from '../streams/local-listener.js';
import type { Logger } from '@receptorjs/primitives';
import {
  DEFAULT_MAX_CONNECTIONS,
  silentLogger,
  type RunningService,
  type StreamDialer,
} from '../service-types.js';

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
  /**
   * Connections carried at once, those in their handshake too, three quarters of them from one address; where they are all taken, one without data gives way, or
   * the further one is closed. Default 4,096.
   */
  readonly maxConnections?: number | undefined;
}

/**
 * Accepts TCP connections here and carries each to a service of a node. With TLS, a client is heard by the node only
 * when its handshake is done.
 *
 * @throws {MeshServiceError} `listen-failed`
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
  const connections = new Connections(what, options.maxConnections ?? DEFAULT_MAX_CONNECTIONS, log);
  const admit = (socket: Socket): Place | undefined =>
    connections.admit(socket, addressOrigin(socket.remoteAddress));
  const carry = (socket: Socket, place: Place): void => {
    connections.carry(socket, place, (signal) =>
      streams.dial(remoteNode, remoteService, { signal }),
    );
  };
  const server = options.tls
    ? tlsServer(options.tls, { what, log, admit, carry })
    : createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
        const place = admit(socket);
        if (place) carry(socket, place);
      });
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
      await connections.close();
      await stopped;
    },
  };
}

/** A server for TLS; its connections have their place from before their handshake, which happens before they are carried. */
function tlsServer(
  tls: TlsServer,
  part: {
    readonly what: string;
    readonly log: Logger;
    readonly admit: (socket: Socket) => Place | undefined;
    readonly carry: (socket: Socket, place: Place) => void;
  },
): Server {
  const { what, log, admit, carry } = part;
  const refused = new DropLog(what, log);
  /** By what distinguishes a connection, for the socket of TLS is another one than the one that was accepted. */
  const places = new Map<string, Place>();
  const server = createTlsServer(tls, {
    accepted: (socket) => {
      const place = places.get(endsOf(socket));
      if (place) carry(socket, place);
      else socket.destroy();
    },
    refused: (error) => {
      refused.drop(`client refused: ${error.message}`);
    },
  });
  // only those that are admitted begin a handshake
  const handshakes = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const ends = endsOf(socket);
    const place = admit(socket);
    if (place === undefined) return;
    places.set(ends, place);
    socket.once('close', () => {
      if (places.get(ends) === place) places.delete(ends);
    });
    socket.setNoDelay(true);
    for (const handshake of handshakes) handshake.call(server, socket);
  });
  return server;
}

const endsOf = ({ remoteAddress = '', remotePort = 0, localPort = 0 }: Socket): string =>
  `${remotePort} ${localPort} ${remoteAddress}`;
