import { backoffDelay, type BackoffBounds } from '@receptorjs/primitives';
import { setTimeout as wait } from 'node:timers/promises';

/** A connection by which stdin was sent. */
export interface SentBy {
  /** Resolves when it has gone. */
  readonly gone: Promise<unknown>;
  /** Its end is that of stdin. */
  readonly endsByClosing: boolean;
}

/** The end of a container's stdin. */
export interface StdinEnd {
  /** The connection by which it was sent. */
  readonly sent: SentBy;
  /** Sends it once more, and nothing else; gives nothing where that can't be done. */
  readonly sendAgain: () => Promise<SentBy | undefined>;
  /** Whether somebody will tell that it has arrived; otherwise it counts as that once its connection has stood for long. */
  readonly isTold: () => boolean;
  /** Milliseconds that it may be on its way once the connection has gone; longer ones the more often it was sent. */
  readonly onItsWay: BackoffBounds;
  /** Fires when it is known to have arrived, or of no matter any more. */
  readonly signal: AbortSignal;
}

/**
 * Sends the end of stdin again until it is known to have arrived: what an API server has taken is lost with it, or with its connection to the
 * kubelet, and the container would wait for ever. A container whose stdin has ended does not mind.
 */
export async function seeStdinEnded(end: StdinEnd): Promise<void> {
  const { sendAgain, isTold, onItsWay, signal } = end;
  const over = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let sent: SentBy | undefined = end.sent;
  for (let times = 1; sent !== undefined && !sent.endsByClosing; times += 1) {
    const since = performance.now();
    await Promise.race([sent.gone, over]);
    if (!isTold() && performance.now() - since >= onItsWay.first) return;
    const ms = backoffDelay(onItsWay, times, 1);
    await wait(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    sent = await sendAgain();
  }
}
