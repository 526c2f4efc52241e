import { connect, type Socket } from 'node:net';
import { MeshError, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import { BackendError, reasonOf } from './errors.js';
import { Redialer, type AttemptEnd } from './redialer.js';
import { TcpLink } from './tcp-link.js';

const CONNECT_TIMEOUT_MS = 15_000;

/** Whom to dial, and how. */
export interface TcpDialerOptions extends LinkOptions {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
  /** Whether to dial again when the connection fails or ends; default true. */
  readonly redial?: boolean;
}

/** A dialler at work. */
export interface TcpDialer {
  /** `host:port` it dials. */
  readonly address: string;
  /** Ends the link and dials no more; resolves when the link is closed. */
  close(): Promise<void>;
}

/**
 * Links a node to a TCP listener. With redial it returns at once and keeps trying: after 100 ms, then twice as long each
 * time up to 20 s. Without, it resolves when the connection stands.
 *
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `connect-failed`, only without redial.
 */
export async function dialTcp(node: MeshNode, options: TcpDialerOptions): Promise<TcpDialer> {
  node.checkLinkOptions(options);
  const address = `${options.host}:${options.port}`;
  const redialer =
    options.redial === false ? await dialOnce(node, options) : keepDialing(node, options);
  const close = (): Promise<void> => {
    node.off('close', onClose);
    return redialer.close();
  };
  const onClose = (): void => void close();
  node.once('close', onClose);
  return { address, close };
}

function keepDialing(node: MeshNode, options: TcpDialerOptions): { close(): Promise<void> } {
  return new Redialer(async (signal): Promise<AttemptEnd> => {
    try {
      const socket = await connectTcp(options, signal);
      if (node.closed) socket.destroy();
      if (socket.destroyed) return { stoodMs: 0 };
      return await runLink(node, socket, options, signal);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      if (!signal.aborted) node.log.warning(`${error.message} (will retry)`);
      return { stoodMs: 0 };
    }
  });
}

async function dialOnce(
  node: MeshNode,
  options: TcpDialerOptions,
): Promise<{ close(): Promise<void> }> {
  const stop = new AbortController();
  const socket = await connectTcp(options, stop.signal);
  if (node.closed) {
    socket.destroy();
    throw new MeshError('shutdown', 'netceptor shutdown');
  }
  const done = runLink(node, socket, options, stop.signal);
  return {
    close: async () => {
      stop.abort();
      await done;
    },
  };
}

async function runLink(
  node: MeshNode,
  socket: Socket,
  options: TcpDialerOptions,
  signal: AbortSignal,
): Promise<AttemptEnd> {
  const link = new TcpLink(node, socket, `tcp ${options.host}:${options.port}`, options);
  const started = performance.now();
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const stop = (): void => link.close();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  await closed;
  signal.removeEventListener('abort', stop);
  return { stoodMs: link.wasEstablished ? performance.now() - started : 0 };
}

/** @throws {BackendError} `connect-failed` */
async function connectTcp({ host, port }: TcpDialerOptions, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true });
  const cancel = (): void => void socket.destroy();
  signal.addEventListener('abort', cancel);
  const timer = setTimeout(
    () => socket.destroy(new Error('the connection timed out')),
    CONNECT_TIMEOUT_MS,
  );
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    return socket;
  } catch (cause) {
    throw new BackendError(
      'connect-failed',
      `could not connect to ${host}:${port}: ${reasonOf(cause)}`,
      {
        hint: 'Check that the peer listens there and that no firewall is in the way.',
        cause,
      },
    );
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}
