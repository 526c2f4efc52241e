import { createServer } from 'node:net';
import { Connections } from './connections.js';
import {
  defaultMaxConnections,
  silentLogger,
  type Logger,
  type Proxy,
  type StreamDialer,
} from './proxy-types.js';

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
 * @throws the error of the operating system when it can't listen
 */
export async function serveTcpServer(
  streams: StreamDialer,
  options: TcpServerOptions,
): Promise<Proxy> {
  const { port, host = '0.0.0.0', remoteNode, remoteService } = options;
  const log = options.log ?? silentLogger;
  const what = `tcp-server ${host}:${port} to ${remoteNode}:${remoteService}`;
  const connections = new Connections(what, options.maxConnections ?? defaultMaxConnections, log);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    void connections.carry(socket, (signal) => streams.dial(remoteNode, remoteService, { signal }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => {
    log.error(`${what}: ${error.message}`);
  });
  const bound = server.address();
  return {
    address: `${host}:${typeof bound === 'object' && bound ? bound.port : port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        connections.close();
      }),
  };
}
