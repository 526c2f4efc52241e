import type { Socket } from 'node:net';
import type { TlsClient } from '@receptorjs/certificates';
import { connectTls } from '@receptorjs/certificates/sockets';
import { nodeOrigin } from '@receptorjs/quotas';
import { count, optional, text } from '@receptorjs/validation';
import { connectionChecks, tlsCheck, validateService } from '../argument-checks.js';
import { Connections } from '../streams/connections.js';
import { hostPort } from '@receptorjs/socket-addresses';
import { DEFAULT_CONNECT_TIMEOUT_MS, openConnection } from '../streams/open-connection.js';
import type { Logger } from '@receptorjs/primitives';
import {
  DEFAULT_MAX_CONNECTIONS,
  silentLogger,
  type RunningService,
  type StreamAcceptor,
} from '../service-types.js';

/** Options of {@link serveTcpClient}. */
export interface TcpClientOptions {
  /** Name of the service this node offers. */
  readonly service: string;
  /** Where each stream is carried to. */
  readonly host: string;
  readonly port: number;
  /** Speaks TLS with what it connects to, which is verified by `host`. It stays the caller's to close. */
  readonly tls?: TlsClient | undefined;
  readonly log?: Logger | undefined;
  /** Milliseconds a TCP connection may take to open, its TLS handshake included. Default 30,000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Connections carried at once, three quarters of them from one node; where they are all taken, one without data gives way, or the further one is closed. Default 4,096.
   */
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
): Promise<RunningService> {
  validateService<TcpClientOptions>('serveTcpClient', ['acceptor', streams], options, {
    ...connectionChecks,
    service: text,
    host: text,
    port: count,
    tls: tlsCheck('TlsClient'),
    connectTimeoutMs: optional(count),
  });
  const { service, host, port, connectTimeoutMs: timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const { tls } = options;
  const address = hostPort(host, port);
  const open = async (signal: AbortSignal): Promise<Socket> => {
    const opening = { name: address, timeoutMs, signal };
    if (!tls) return openConnection({ host, port, noDelay: true }, opening);
    const socket = await connectTls(tls, { host, port, timeoutMs, signal });
    return socket.setNoDelay(true);
  };
  const connections = new Connections(
    `tcp-client ${service} to ${address}`,
    options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    options.log ?? silentLogger,
  );
  const tags = { type: 'TCP Proxy', address };
  const listener = await streams.listen(service, { tags }, (stream) => {
    const place = connections.admit(stream, nodeOrigin(stream.remoteNode, stream.via));
    if (place === undefined) return;
    connections.carry(stream, place, open);
  });
  return {
    address,
    close: async () => {
      await listener.close();
      await connections.close();
    },
  };
}
