import { ControlClient } from '@receptorjs/control-client';
import { errorText } from '@receptorjs/primitives';
import type { Duplex } from 'node:stream';
import type { RemoteData } from './remote-extra-data.js';

/**
 * Opens a stream to a service of a node. Where the two ends do not agree about TLS the text of its error has the word
 * `CRYPTO_ERROR`, as QUIC names the cause: then no other attempt is made.
 */
export type Dial = (
  nodeId: string,
  service: string,
  options: { readonly tlsClient?: string | undefined; readonly signal?: AbortSignal | undefined },
) => Promise<Duplex>;

/** How the node of a remote unit is reached. */
export interface RemoteAccess {
  readonly dial: Dial;
  /** Signs a request to a node; asked for each request about a unit that is to be signed. */
  readonly sign: (nodeId: string) => Promise<string>;
}

/** Calls back each time a node becomes reachable; returns the unsubscription. */
export type OnReachable = (nodeId: string, callback: () => void) => () => void;

/** The longest line of another node, in bytes: its status holds the parameters of the command. */
const MAX_LINE_BYTES = 4 * 2 ** 20;

/** The most values of a reply of another node; a status has some dozens. */
const MAX_REPLY_VALUES = 20_000;

/** Milliseconds a control service may take to greet. */
const GREETING_TIMEOUT_MS = 5_000;

/**
 * Opens a control connection to the node of a remote unit. The greeting, which must name the node, is awaited by the
 * first request. Requests about a unit that is to be signed are.
 *
 * @throws whatever the dial throws
 */
export async function dialControl(
  { dial, sign }: RemoteAccess,
  { RemoteNode, TLSClient, SignWork }: RemoteData,
  signal: AbortSignal,
): Promise<{ client: ControlClient; stream: Duplex }> {
  const stream = await dial(RemoteNode, 'control', {
    tlsClient: TLSClient === '' ? undefined : TLSClient,
    signal,
  });
  const client = ControlClient.over(stream, {
    expectNode: RemoteNode,
    greetingTimeoutMs: GREETING_TIMEOUT_MS,
    maxLineBytes: MAX_LINE_BYTES,
    maxReplyValues: MAX_REPLY_VALUES,
    sign: SignWork ? () => sign(RemoteNode) : undefined,
  });
  return { client, stream };
}

/** Whether a dial has failed for what the two ends know of each other's certificates, which another attempt does not change. */
export function isTlsFailure(error: unknown): boolean {
  return errorText(error).includes('CRYPTO_ERROR');
}
