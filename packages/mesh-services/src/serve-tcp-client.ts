import { connect, type Socket } from 'node:net';
import { Connections } from './connections.js';
import {
  defaultMaxConnections,
  silentLogger,
  type Logger,
  type Proxy,
  type StreamAcceptor,
} from './proxy-types.js';

/** Options of {@link serveTcpClient}. */
export interface TcpClientOptions {
  /** Name of the service this node offers. */
  readonly service: string;
  /** Where each stream is carried to. */
  readonly host: string;
  readonly port: number;
  readonly log?: Logger | undefined;
  /** Milliseconds a TCP connection may take to open. Default 30,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Connections carried at once; further ones are closed. Default 4,096. */
  readonly maxConnections?: number | undefined;
}

/**
 * Offers a service on this node and carries each stream to a TCP address.
 *
 * @throws whatever `listen` throws, such as for a service name that is taken
 */
export async function serveTcpClient(
  streams: StreamAcceptor,
  options: TcpClientOptions,
): Promise<Proxy> {
  const { service, host, port, connectTimeoutMs = 30_000 } = options;
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const log = options.log ?? silentLogger;
  const connections = new Connections(
    `tcp-client ${service} to ${address}`,
    options.maxConnections ?? defaultMaxConnections,
    log,
  );
  const tags = { type: 'TCP Proxy', address };
  const listener = await streams.listen(service, { tags }, (stream) => {
    void connections.carry(stream, (signal) => openTcp({ host, port }, connectTimeoutMs, signal));
  });
  return {
    address,
    close: async () => {
      await listener.close();
      connections.close();
    },
  };
}

function openTcp(
  { host, port }: { host: string; port: number },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('error', settle);
      if (error) {
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      } else {
        resolve(socket);
      }
    };
    const onAbort = (): void => {
      settle(new Error('given up'));
    };
    const timer = setTimeout(() => {
      settle(new Error(`no connection to ${host}:${port} within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    socket.once('error', settle);
    socket.once('connect', () => {
      settle();
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
