import { nodeOrigin } from '@receptorjs/quotas';
import { count, optional, text } from '@receptorjs/validation';
import { connectionChecks, validateService } from '../argument-checks.js';
import { Connections } from '../streams/connections.js';
import { DEFAULT_CONNECT_TIMEOUT_MS, openConnection } from '../streams/open-connection.js';
import type { Logger } from '@receptorjs/primitives';
import {
  DEFAULT_MAX_CONNECTIONS,
  silentLogger,
  type RunningService,
  type StreamAcceptor,
} from '../service-types.js';

/** Options of {@link serveUnixClient}. */
export interface UnixClientOptions {
  /** Name of the service this node offers. */
  readonly service: string;
  /** Path of the socket each stream is carried to. */
  readonly filename: string;
  readonly log?: Logger | undefined;
  /** Milliseconds a connection may take to open. Default 30,000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Connections carried at once, three quarters of them from one node; where they are all taken, one without data gives way, or the further one is closed. Default 4,096.
   */
  readonly maxConnections?: number | undefined;
}

/**
 * Offers a service on this node and carries each stream to a unix socket.
 *
 * @throws whatever `listen` throws, such as for a service name that is taken
 */
export async function serveUnixClient(
  streams: StreamAcceptor,
  options: UnixClientOptions,
): Promise<RunningService> {
  validateService<UnixClientOptions>('serveUnixClient', ['acceptor', streams], options, {
    ...connectionChecks,
    service: text,
    filename: text,
    connectTimeoutMs: optional(count),
  });
  const { service, filename, connectTimeoutMs: timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS } = options;
  const connections = new Connections(
    `unix-socket-client ${service} to ${filename}`,
    options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    options.log ?? silentLogger,
  );
  const tags = { type: 'Unix Proxy', filename };
  const listener = await streams.listen(service, { tags }, (stream) => {
    const place = connections.admit(stream, nodeOrigin(stream.remoteNode, stream.via));
    if (place === undefined) return;
    connections.carry(stream, place, (signal) =>
      openConnection({ path: filename }, { name: filename, timeoutMs, signal }),
    );
  });
  return {
    address: filename,
    close: async () => {
      await listener.close();
      await connections.close();
    },
  };
}
