import { connect, type Socket } from 'node:net';
import type { TlsClient } from '@receptorjs/certificates';
import { connectTls } from '@receptorjs/certificates/sockets';
import { onAbort } from '@receptorjs/primitives';
import { bareHost, hostPort } from '@receptorjs/socket-addresses';
import { BackendError, reasonOf } from '../errors.js';
import { connectThroughProxy } from '../ws/proxy-connect.js';

/** How long each stage of a connection may take: TCP, the proxy's answer, TLS, the upgrade. */
export const STAGE_MS = 15_000;

/** Where a socket is to lead. */
export interface SocketTarget {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
}

/** How the target is reached. */
export interface SocketRoute {
  /** Speaks TLS with the target. */
  readonly tls?: TlsClient | undefined;
  /** `http:` or `https:` URL of a proxy to go through, with its credentials. */
  readonly proxy?: URL | undefined;
}

/**
 * Connects a socket: through the proxy if there is one, and with TLS if it is set up. Gives up when the signal fires.
 * The socket reads nothing until the caller listens to it.
 *
 * @throws {BackendError} `connect-failed`; its cause may be a `CertificateError`.
 */
export async function connectSocket(
  target: SocketTarget,
  { tls, proxy }: SocketRoute,
  signal: AbortSignal,
): Promise<Socket> {
  const host = bareHost(target.host);
  const address = hostPort(host, target.port);
  try {
    const socket =
      proxy === undefined
        ? await connectDirectly({ host, port: target.port }, signal)
        : await connectThroughProxy(proxy, address, { signal, timeoutMs: STAGE_MS });
    if (tls === undefined) return socket;
    return await connectTls(tls, { host, socket, signal, timeoutMs: STAGE_MS }).catch(
      (error: unknown) => {
        socket.destroy();
        throw error;
      },
    );
  } catch (cause) {
    throw connectFailed(address, cause);
  }
}

/** The error for a connection that did not come about. */
export function connectFailed(address: string, cause: unknown): BackendError {
  return new BackendError('connect-failed', `could not connect to ${address}: ${reasonOf(cause)}`, {
    hint: 'Check that the peer listens there and that no firewall is in the way.',
    cause,
  });
}

async function connectDirectly(target: SocketTarget, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...target, noDelay: true });
  const stopListening = onAbort(signal, () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(new Error('the connection timed out')), STAGE_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    return socket;
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}
