import { createServer } from 'node:net';
import { Connections } from './connections.js';
import { hostPort } from './host-port.js';
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
  /** Address to listen on. Default `0.0.0.0`. */
  readonly host?: string | undefined;
  readonly remoteNode: string;
  readonly remoteService: string;
  readonly log?: Logger | undefined;
  /** Connections carried at once; further ones are closed. Default 4,096. */
  readonly maxConnections?: number | undefined;
}

/**
 * Accepts TCP connections here and carries each to a service of a node.
 *
 * @throws MeshServiceError `listen-failed`
 */
export async function serveTcpServer(
  streams: StreamDialer,
  options: TcpServerOptions,
): Promise<RunningService> {
  const { port, host = '0.0.0.0', remoteNode, remoteService } = options;
  const log = options.log ?? silentLogger;
  const what = `tcp-server ${hostPort(host, port)} to ${remoteNode}:${remoteService}`;
  const connections = new Connections(what, options.maxConnections ?? defaultMaxConnections, log);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.carry(socket, (signal) => streams.dial(remoteNode, remoteService, { signal }));
  });
  await startListening(server, { port, host }, what, log);
  const bound = server.address();
  return {
    address: hostPort(host, typeof bound === 'object' && bound ? bound.port : port),
    close: async () => {
      const stopped = stopListening(server);
      await connections.close();
      await stopped;
    },
  };
}
