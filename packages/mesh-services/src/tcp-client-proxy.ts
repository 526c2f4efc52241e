import { connect, type Socket } from 'node:net';
import { Connections } from './connections.js';
import {
  defaultMaxConnections,
  silentLogger,
  type ListenStreams,
  type Logger,
  type Proxy,
} from './proxy-types.js';

/** Options of {@link startTcpClientProxy}. */
export interface TcpClientProxyOptions {
  /** Name of the service this node offers. */
  readonly service: string;
  /** `host:port` each stream is carried to. */
  readonly address: string;
  readonly listen: ListenStreams;
  readonly log?: Logger | undefined;
  /** Milliseconds a TCP connection may take to open. Default 30,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Connections carried at once; further ones are closed. Default 4,096. */
  readonly maxConnections?: number | undefined;
}

/**
 * Offers a service on this node and carries each stream to a TCP address.
 *
 * @throws RangeError when the address has no port, and whatever `listen` throws
 */
export function startTcpClientProxy(options: TcpClientProxyOptions): Proxy {
  const { service, address, connectTimeoutMs = 30_000 } = options;
  const log = options.log ?? silentLogger;
  const target = splitAddress(address);
  const connections = new Connections(
    `tcp-client ${service} to ${address}`,
    options.maxConnections ?? defaultMaxConnections,
    log,
  );
  const tags = { type: 'TCP Proxy', address };
  const listener = options.listen(service, { tags }, (stream) => {
    void connections.carry(stream, (signal) => openTcp(target, connectTimeoutMs, signal));
  });
  return {
    address,
    close: async () => {
      await listener.close();
      connections.close();
    },
  };
}

function splitAddress(address: string): { host: string; port: number } {
  const [, host, digits] = /^(.*):(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65535)) {
    throw new RangeError(`address ${address}: host:port is needed, with a port of 1 to 65535`);
  }
  return { host: host === '' ? 'localhost' : host.replace(/^\[|\]$/g, ''), port };
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
