import type { TlsClient } from '@receptorjs/certificates';
import { type DatagramSocket, type MeshError, type OutgoingPath } from '@receptorjs/netceptor';
import { errorForProblem, PROBLEM_TEXT } from '@receptorjs/netceptor/internal';
import { onAbort } from '@receptorjs/primitives';
import { MIN_DATAGRAM, type QuicConnector } from '@receptorjs/quic-engine';
import {
  abortSignal,
  count,
  optional,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';
import { StreamError } from './errors.js';
import type { MeshStream } from './mesh-stream.js';
import { insecureDial, secureDial } from './tls/peer-verifier.js';
import { StreamConnection, type ConnectionHost } from './connection/stream-connection.js';

/** How to dial. */
export interface DialOptions {
  /** Milliseconds until the stream must stand; default 15,000, which is also the most that a handshake may take. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Dials a service with TLS; without it, one without. Neither reaches the other. */
  readonly tls?: TlsClient | undefined;
}

export const dialChecks: OptionChecks<DialOptions> = {
  timeoutMs: optional(count),
  signal: optional(abortSignal),
  tls: optional(withMethods('a TlsClient', 'current')),
};

/** One dial: its connection, and the stream it is to become. */
export interface Dial {
  readonly connection: StreamConnection;
  readonly stream: Promise<MeshStream>;
}

/**
 * Begins a stream to `service` of `remoteNode` from a socket of its own, which is closed with the connection. The
 * promise rejects with a `MeshError` for what the mesh reports, or a `StreamError`.
 */
export function dial(
  host: ConnectionHost,
  connector: QuicConnector,
  socket: DatagramSocket,
  remoteNode: string,
  service: string,
  { timeoutMs = 15_000, signal, tls }: DialOptions,
): Dial {
  const ends = { remoteNode, remoteService: service, localService: socket.service };
  const path = openPath(socket, remoteNode, service);
  let settle: { resolve(stream: MeshStream): void; reject(error: Error): void } = {
    resolve: () => undefined,
    reject: () => undefined,
  };
  const stream = new Promise<MeshStream>((resolve, reject) => {
    settle = { resolve, reject };
  });
  let dialing = true;
  const timer = setTimeout(() => {
    giveUp(new StreamError('dial-timeout', 'timeout: no answer from the peer'));
  }, timeoutMs);
  let stopListening = (): void => undefined;
  const done = (): void => {
    dialing = false;
    clearTimeout(timer);
    stopListening();
  };
  const giveUp = (error: StreamError | MeshError): void => {
    if (!dialing) return;
    done();
    settle.reject(error);
    connection.fail(new StreamError('canceled', error.message));
  };
  const verifier = tls === undefined ? insecureDial : secureDial(tls, remoteNode);
  const connection = new StreamConnection(
    host,
    {
      opened: (opened) => {
        // The caller gets the stream a moment later, and it may fail before the caller listens.
        opened.on('error', () => undefined);
        done();
        settle.resolve(opened);
      },
      failed: giveUp,
      over: () => socket.close(),
    },
    {
      role: 'dialer',
      quic: connector.connect((certificates) => verifier.verify(certificates)),
      path,
      ends,
      verifier,
    },
  );
  socket.on('view', (payload, fromNode, fromService) => {
    if (fromNode === remoteNode && fromService === service) connection.receive(payload);
  });
  socket.on('unreachable', ({ problem, toNode, toService, maxPayloadBytes }) => {
    if (toNode !== remoteNode || toService !== service) return;
    const shrinks = (maxPayloadBytes ?? MIN_DATAGRAM) >= MIN_DATAGRAM;
    if (problem === PROBLEM_TEXT['message-too-long'] && shrinks) {
      connection.tooLarge(maxPayloadBytes);
    } else if (dialing) giveUp(errorForProblem(problem, maxPayloadBytes));
    else if (problem === 'service unknown') {
      connection.fail(new StreamError('service-gone', 'the peer no longer knows the stream'));
    }
  });
  stopListening = onAbort(signal, () => {
    giveUp(new StreamError('canceled', 'the dial was canceled'));
  });
  if (!path.hasRoute) giveUp(errorForProblem('no route to node'));
  return { connection, stream };
}

/** A service name that is none also closes the socket. */
function openPath(socket: DatagramSocket, remoteNode: string, service: string): OutgoingPath {
  try {
    return socket.path(remoteNode, service);
  } catch (error) {
    socket.close();
    throw error;
  }
}
