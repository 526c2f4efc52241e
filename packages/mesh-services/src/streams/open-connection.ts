import { onAbort } from '@receptorjs/primitives';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { MeshServiceError } from '../errors.js';

/** How a local connection is opened. */
export interface OpenOptions {
  /** What it leads to, for texts. */
  readonly name: string;
  readonly timeoutMs: number;
  /** Gives it up. */
  readonly signal: AbortSignal;
}

/** Milliseconds a local connection may take to open by default. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;

/**
 * Opens a connection of TCP or a unix socket that can be half closed.
 *
 * @throws {MeshServiceError} `connect-failed` when it takes too long or is given up; the system's own error otherwise
 */
export function openConnection(where: NetConnectOpts, options: OpenOptions): Promise<Socket> {
  return opened(connect({ ...where, allowHalfOpen: true }), options);
}

function opened(socket: Socket, { name, timeoutMs, signal }: OpenOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let forget = (): void => undefined;
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      forget();
      socket.off('error', settle);
      if (error) {
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      } else {
        resolve(socket);
      }
    };
    const timer = setTimeout(() => {
      const text = `no connection to ${name} within ${timeoutMs / 1000} s`;
      settle(new MeshServiceError('connect-failed', text));
    }, timeoutMs);
    socket.once('error', settle);
    socket.once('connect', () => {
      settle();
    });
    forget = onAbort(signal, () => {
      settle(new MeshServiceError('connect-failed', 'given up'));
    });
  });
}
