import { ControlClient } from '@receptorjs/control-client';
import type { Duplex } from 'node:stream';
import type { RemoteData } from './remote-extra-data.js';

/** Opens a stream to a service of a node. */
export type Dial = (
  nodeId: string,
  service: string,
  options: { readonly tlsClient?: string | undefined; readonly signal?: AbortSignal | undefined },
) => Promise<Duplex>;

/** Calls back each time a node becomes reachable; returns the unsubscription. */
export type OnReachable = (nodeId: string, callback: () => void) => () => void;

/** The longest line of another node, in bytes: its status holds the parameters of the command. */
const maxLineBytes = 4 * 2 ** 20;

/** The most values of a reply of another node; a status has some dozens. */
const maxReplyValues = 20_000;

/** Milliseconds a control service may take to greet. */
const greetingTimeoutMs = 5_000;

/**
 * Opens a control connection to the node of a remote unit. The greeting, which must name the node, is awaited by the
 * first request.
 *
 * @throws whatever the dial throws
 */
export async function openControl(
  dial: Dial,
  { RemoteNode, TLSClient }: RemoteData,
  signal: AbortSignal,
): Promise<ControlClient> {
  const stream = await dial(RemoteNode, 'control', {
    tlsClient: TLSClient === '' ? undefined : TLSClient,
    signal,
  });
  const client = ControlClient.over(stream, {
    expectNode: RemoteNode,
    greetingTimeoutMs,
    maxLineBytes,
    maxReplyValues,
  });
  const close = (): void => {
    client.close();
  };
  signal.addEventListener('abort', close, { once: true });
  // the signal outlives its connections, of which a long job may need many
  stream.once('close', () => {
    signal.removeEventListener('abort', close);
  });
  if (signal.aborted) close();
  return client;
}
