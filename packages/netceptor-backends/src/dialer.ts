import { MeshError, type LinkOptions, type MeshNode } from '@receptorjs/netceptor';
import { onAbort } from '@receptorjs/primitives';
import { BackendError, reasonOf } from './errors.js';
import { Redialer, type AttemptEnd } from './redialer.js';
import type { QueuedLink } from './queued-link.js';

/** What the dialers of all backends take. */
export interface DialOptions extends LinkOptions {
  /** Whether to dial again when the connection fails or ends; default true. */
  readonly redial?: boolean;
}

/** A dialer at work. */
export interface Dialer {
  /** What it dials, as it was given: `host:port` or a URL. */
  readonly address: string;
  /** Ends the link and dials no more; resolves when the link is closed. */
  close(): Promise<void>;
}

/** A connection that stands, and how to make a link of it or to drop it. */
export interface Connection {
  /** Whether it has been closed meanwhile. */
  readonly destroyed: boolean;
  destroy(): void;
  link(): QueuedLink;
}

/**
 * Makes one connection; gives up when the signal fires.
 *
 * @throws {BackendError} `connect-failed`
 */
export type Connect = (signal: AbortSignal) => Promise<Connection>;

/**
 * Dials for a node until it is closed. With redial it returns at once and keeps trying, with the waits of `redial-delay.ts`:
 * from 100 ms to 20 s. Without, it resolves when the connection stands. Each connection that is not made is an event `link-failed`
 * of the node.
 *
 * @param address - What {@link Dialer.address} says.
 * @param link - Names the link in log lines and events.
 * @throws {MeshError} `invalid-cost`, `shutdown`
 * @throws {BackendError} `connect-failed`, only without redial.
 */
export async function startDialer(
  node: MeshNode,
  options: DialOptions,
  address: string,
  link: string,
  connect: Connect,
): Promise<Dialer> {
  node.checkLinkOptions(options);
  const attempt: Connect = async (signal) => {
    try {
      return await connect(signal);
    } catch (error) {
      const cause = error instanceof BackendError ? (error.cause ?? error) : error;
      if (!signal.aborted) node.linkFailed({ link, reason: reasonOf(cause) });
      throw error;
    }
  };
  const running =
    options.redial === false ? await dialOnce(node, attempt) : keepDialing(node, attempt);
  const close = (): Promise<void> => {
    node.off('close', onClose);
    return running.close();
  };
  const onClose = (): void => void close();
  node.once('close', onClose);
  return { address, close };
}

function keepDialing(node: MeshNode, connect: Connect): { close(): Promise<void> } {
  return new Redialer(async (signal): Promise<AttemptEnd> => {
    try {
      const connection = await connect(signal);
      if (node.closed) connection.destroy();
      if (connection.destroyed) return { stoodMs: 0 };
      return await runLink(connection.link(), signal);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      if (!signal.aborted) node.log.warning(`${error.message} (will retry)`);
      return { stoodMs: 0 };
    }
  });
}

async function dialOnce(node: MeshNode, connect: Connect): Promise<{ close(): Promise<void> }> {
  const stop = new AbortController();
  const connection = await connect(stop.signal);
  if (node.closed) {
    connection.destroy();
    throw new MeshError('shutdown', 'netceptor shutdown');
  }
  const done = runLink(connection.link(), stop.signal);
  return {
    close: async () => {
      stop.abort();
      await done;
    },
  };
}

async function runLink(link: QueuedLink, signal: AbortSignal): Promise<AttemptEnd> {
  const started = performance.now();
  const stopListening = onAbort(signal, () => link.close());
  await link.closed;
  stopListening();
  return {
    stoodMs: link.wasEstablished ? performance.now() - started : 0,
    rejected: link.wasRefused,
  };
}
