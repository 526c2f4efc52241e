import type { LinkOptions, MeshNode } from '@receptorjs/netceptor';
import { hostPort, isLoopback, listenPlaceText, plainAddress } from '@receptorjs/socket-addresses';
import { BackendError, reasonOf } from './errors.js';

/** What the listeners of all backends take. */
export interface ListenOptions extends LinkOptions {
  /** Name or address; default: every address, of IPv6 and of IPv4, or of IPv4 alone where there is no IPv6. */
  readonly host?: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** A listener at work. */
export interface Listener {
  /** Where it listens. */
  readonly address: { readonly host: string; readonly port: number };
  /** Ends the listener and its links; resolves when they are closed. */
  close(): Promise<void>;
}

/**
 * The most connections of one listener, links or not, and of one address, behind which there may be many nodes; further ones
 * are closed at once. The last 512 are for addresses with no more than 16.
 */
export const CONNECTION_BOUNDS = {
  total: 4096,
  perOrigin: 3072,
  forNewcomers: { kept: 512, few: 16 },
};

/** The error for a listener that can't bind. */
export function listenFailed(options: ListenOptions, cause: unknown): BackendError {
  return new BackendError(
    'listen-failed',
    `could not listen on ${listenPlaceText(options)}: ${reasonOf(cause)}`,
    {
      hint: 'Another process may have the port, or the address is not one of this machine.',
      cause,
    },
  );
}

/** Warns when any peer that reaches a listener may join the mesh through it. */
export function warnWhenOpen(
  node: MeshNode,
  kind: 'tcp' | 'udp' | 'ws',
  address: { readonly host: string; readonly port: number },
  { allowedPeers, tls }: { readonly allowedPeers?: readonly string[]; readonly tls?: unknown },
): void {
  if (tls !== undefined || allowedPeers !== undefined || isLoopback(address.host)) return;
  const remedy = kind === 'udp' ? 'set allowedpeers' : 'set tls or allowedpeers';
  node.log.warning(
    `The ${kind}-listener on ${hostPort(plainAddress(address.host), address.port)} lets anybody who reaches it join the mesh: ${remedy}, or bind it to a loopback address`,
  );
}

/** Closes a listener along with its node; returns its `close`, which works once. */
export function closeWithNode(node: MeshNode, close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => {
    node.off('close', onClose);
    closing ??= close();
    return closing;
  };
  const onClose = (): void => void closeOnce();
  node.once('close', onClose);
  return closeOnce;
}
