import { createServer } from 'node:net';
import { Connections } from './connections.js';
import {
  defaultMaxConnections,
  silentLogger,
  type DialStream,
  type Logger,
  type Proxy,
} from './proxy-types.js';

/** Options of {@link startTcpServerProxy}. */
export interface TcpServerProxyOptions {
  /** Port to listen on; 0 takes a free one. */
  readonly port: number;
  /** Address to listen on. Default `0.0.0.0`. */
  readonly bindAddress?: string | undefined;
  readonly remoteNode: string;
  readonly remoteService: string;
  readonly dial: DialStream;
  readonly log?: Logger | undefined;
  /** Connections carried at once; further ones are closed. Default 4,096. */
  readonly maxConnections?: number | undefined;
}

/**
 * Accepts TCP connections here and carries each to a service of a node.
 *
 * @throws the error of the operating system when it can't listen
 */
export async function startTcpServerProxy(options: TcpServerProxyOptions): Promise<Proxy> {
  const { port, bindAddress = '0.0.0.0', remoteNode, remoteService, dial } = options;
  const log = options.log ?? silentLogger;
  const what = `tcp-server ${bindAddress}:${port} to ${remoteNode}:${remoteService}`;
  const connections = new Connections(what, options.maxConnections ?? defaultMaxConnections, log);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    void connections.carry(socket, (signal) => dial(remoteNode, remoteService, { signal }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: bindAddress }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => {
    log.error(`${what}: ${error.message}`);
  });
  const bound = server.address();
  return {
    address: `${bindAddress}:${typeof bound === 'object' && bound ? bound.port : port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        connections.close();
      }),
  };
}
