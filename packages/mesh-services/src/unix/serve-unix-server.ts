import { errorText, type Logger } from '@receptorjs/primitives';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { clearSocketPath, privately } from '@receptorjs/control-service/internal';
import { localOrigin } from '@receptorjs/quotas';
import { count, optional, text } from '@receptorjs/validation';
import { connectionChecks, remoteChecks, validateService } from '../argument-checks.js';
import { Connections } from '../streams/connections.js';
import { MeshServiceError } from '../errors.js';
import { startListening, stopListening } from '../streams/local-listener.js';
import {
  DEFAULT_MAX_CONNECTIONS,
  silentLogger,
  type RunningService,
  type StreamDialer,
} from '../service-types.js';

/** Options of {@link serveUnixServer}. */
export interface UnixServerOptions {
  /** Path of the socket. A socket no process listens on any more is replaced; nothing else is ever removed. */
  readonly filename: string;
  /** Permissions of the socket file. Default 0600. */
  readonly permissions?: number | undefined;
  readonly remoteNode: string;
  readonly remoteService: string;
  readonly log?: Logger | undefined;
  /** Connections carried at once; where they are all taken, one without data gives way, or the further one is closed. Default 4,096. */
  readonly maxConnections?: number | undefined;
}

/**
 * Accepts connections on a unix socket and carries each to a service of a node.
 *
 * @throws {MeshServiceError} `listen-failed`; ControlServiceError `socket-in-use`, `no-such-folder`, `path-not-a-socket` or
 *   `path-too-long`
 */
export async function serveUnixServer(
  streams: StreamDialer,
  options: UnixServerOptions,
): Promise<RunningService> {
  validateService<UnixServerOptions>('serveUnixServer', ['dialer', streams], options, {
    ...connectionChecks,
    ...remoteChecks,
    filename: text,
    permissions: optional(count),
  });
  const { filename, permissions = 0o600, remoteNode, remoteService } = options;
  const log = options.log ?? silentLogger;
  const what = `unix-socket-server ${filename} to ${remoteNode}:${remoteService}`;
  const connections = new Connections(what, options.maxConnections ?? DEFAULT_MAX_CONNECTIONS, log);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const place = connections.admit(socket, localOrigin);
    if (place === undefined) return;
    connections.carry(socket, place, (signal) =>
      streams.dial(remoteNode, remoteService, { signal }),
    );
  });
  await clearSocketPath(filename);
  const opening = `error opening Unix socket: ${filename}`;
  await startListening(server, { path: filename }, opening, log, privately);
  const close = async (): Promise<void> => {
    const stopped = stopListening(server);
    await connections.close();
    await stopped;
  };
  try {
    await chmod(filename, permissions);
  } catch (cause) {
    await close();
    throw new MeshServiceError('listen-failed', `${opening}: ${errorText(cause)}`, { cause });
  }
  return { address: filename, close };
}
