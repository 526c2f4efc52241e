import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { MeshServiceError } from './errors.js';

/** How a local connection is opened. */
export interface OpenOptions {
  /** What it leads to, for texts. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

/** Milliseconds a local connection may take to open, unless told otherwise. */
export const defaultConnectTimeoutMs = 30_000;

/**
 * Opens a connection of TCP or a unix socket that can be half closed.
 *
 * @throws MeshServiceError `connect-failed` when it takes too long or is given up; the system's own error otherwise
 */
export function openConnection(where: NetConnectOpts, options: OpenOptions): Promise<Socket> {
  return opened(connect({ ...where, allowHalfOpen: true }), 'connect', options);
}

/**
 * Opens a connection of TLS that can be half closed; resolves when the handshake is done.
 *
 * @throws as {@link openConnection}; errors of the handshake as they are
 */
export function openTlsConnection(where: ConnectionOptions, options: OpenOptions): Promise<Socket> {
  const halfOpen: ConnectionOptions & { allowHalfOpen: boolean } = {
    ...where,
    allowHalfOpen: true,
  };
  return opened(connectTls(halfOpen), 'secureConnect', options);
}

function opened(
  socket: Socket,
  ready: 'connect' | 'secureConnect',
  { name, timeoutMs, signal }: OpenOptions,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
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
      settle(new MeshServiceError('connect-failed', 'given up'));
    };
    const timer = setTimeout(() => {
      const text = `no connection to ${name} within ${timeoutMs / 1000} s`;
      settle(new MeshServiceError('connect-failed', text));
    }, timeoutMs);
    socket.once('error', settle);
    socket.once(ready, () => {
      settle();
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
