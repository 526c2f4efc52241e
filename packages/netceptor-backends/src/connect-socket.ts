import { connect, type Socket } from 'node:net';
import { bareHost, hostPort } from './address.js';
import { BackendError, reasonOf } from './errors.js';

/** How long each stage of a connection may take: TCP, the proxy's answer, TLS. */
export const STAGE_MS = 15_000;

/** Where a socket is to lead. */
export interface SocketTarget {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
}

/**
 * Connects a socket; gives up when the signal fires.
 *
 * @throws {BackendError} `connect-failed`
 */
export async function connectSocket(target: SocketTarget, signal: AbortSignal): Promise<Socket> {
  const { host, port } = target;
  try {
    const socket = connect({ host: bareHost(host), port, noDelay: true });
    return await reached(socket, 'connect', 'the connection timed out', signal);
  } catch (cause) {
    throw connectFailed(hostPort(host, port), cause);
  }
}

/** The error for a connection that did not come about. */
export function connectFailed(address: string, cause: unknown): BackendError {
  return new BackendError('connect-failed', `could not connect to ${address}: ${reasonOf(cause)}`, {
    hint: 'Check that the peer listens there and that no firewall is in the way.',
    cause,
  });
}

/** Resolves with the socket at its event; on error, close, signal or after {@link STAGE_MS} it is destroyed. */
async function reached<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  late: string,
  signal: AbortSignal,
): Promise<S> {
  const cancel = (): void => void socket.destroy();
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  const timer = setTimeout(() => socket.destroy(new Error(late)), STAGE_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    return socket;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}
