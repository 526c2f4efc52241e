import { onAbort } from '@receptorjs/primitives';
import { UnitFile } from '@receptorjs/workceptor/internal';
import type { LoginOptions } from '../cluster/login.js';
import { ChannelSocket } from './channel-socket.js';
import type { SentBy } from './see-stdin-ended.js';

/** Bytes of stdin in a message. */
const PIECE_BYTES = 32 * 1024;

/** Stdin that did not reach the pod as a whole. Some of it may have, so that it is not sent a second time. */
export class InputLost extends Error {
  override readonly name = 'InputLost';
}

/** What goes where. */
export interface StdinDelivery {
  readonly url: URL;
  readonly login: LoginOptions;
  /** The file in the unit's folder; without one the end is sent alone. */
  readonly path?: string | undefined;
  /** Takes what the container writes to stderr. */
  readonly onStderr?: ((bytes: Buffer) => void) | undefined;
  /** Fires when the worker is known to have all of it, or to want no more: the connection is no longer needed. */
  readonly fed: AbortSignal;
  /** Ends everything, the connection too. */
  readonly signal: AbortSignal;
}

/**
 * Sends a file to the stdin of a container. Resolves when the API server has taken all of it and its end; the connection stays until
 * the container has ended, all is known to have arrived or the signal fires, for to cut it before would cut off what is still on its way.
 *
 * @returns the connection
 * @throws {KubernetesError} when no connection stands, which may be tried again; {@link InputLost} when something may have arrived
 */
export async function sendStdin({
  url,
  login,
  path,
  onStderr,
  fed,
  signal,
}: StdinDelivery): Promise<SentBy> {
  const file = path === undefined ? undefined : UnitFile.open(path, 'read');
  try {
    const attached = await ChannelSocket.open(url, login, {
      what: 'attach to the pod',
      hint: 'the role needs the verb get on pods/attach: attaching by WebSocket asks for it, where create was enough before',
      onStderr,
      signal,
    });
    try {
      await send(attached, file, fed);
      const stopListening = onAbort(fed, () => {
        attached.end();
      });
      const gone = attached.closed.then(stopListening);
      return { gone, endsByClosing: !attached.canEndStdin };
    } catch (error) {
      attached.end();
      signal.throwIfAborted();
      throw new InputLost((await attached.closed).why, { cause: error });
    }
  } finally {
    file?.close();
  }
}

/** Sends all of the file and its end; resolves when the other side has taken it, or nobody wants it any more. */
async function send(
  attached: ChannelSocket,
  file: UnitFile | undefined,
  fed: AbortSignal,
): Promise<void> {
  let stopListening = (): void => undefined;
  const unwanted = new Promise<boolean>((resolve) => {
    stopListening = onAbort(fed, () => {
      resolve(false);
    });
  });
  void attached.closed.then(stopListening);
  // also by a restart of the kubelet, with `Success`: what was on its way may be lost
  const closed = attached.closed.then(({ why }): boolean => {
    throw new Error(why);
  });
  closed.catch(() => undefined);
  const isWanted = (sent: Promise<void>): Promise<boolean> =>
    Promise.race([sent.then(() => true), unwanted, closed]);
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let position = 0; ;) {
    const length = (await file?.read(piece, position)) ?? 0;
    if (length === 0) break;
    position += length;
    if (!(await isWanted(attached.sendStdin(piece.subarray(0, length))))) return;
  }
  if (attached.canEndStdin && !(await isWanted(attached.endStdin()))) return;
  // what was sent before is taken before this is answered; a container that has ended by then had what it wanted
  const over = attached.closed.then(({ isSuccess }) => (isSuccess ? false : closed));
  await Promise.race([attached.pong(), unwanted, over]);
  if (!attached.canEndStdin) attached.end();
}
