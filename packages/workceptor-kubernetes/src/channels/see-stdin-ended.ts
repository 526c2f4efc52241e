import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds that the end of stdin may be on its way once the connection by which it was sent has gone. */
const ON_ITS_WAY_MS = 5_000;

/** A connection by which stdin was sent. */
export interface SentBy {
  /** Resolves when it has gone. */
  readonly gone: Promise<unknown>;
}

/** The end of a container's stdin. */
export interface StdinEnd {
  /** The connection by which it was sent. */
  readonly sent: SentBy;
  /** Sends it once more, and nothing else. */
  readonly sendAgain: () => Promise<SentBy>;
  /** Whether somebody tells that it has arrived; otherwise it counts as that once its connection has stood for long. */
  readonly isTold: boolean;
  /** Fires when it is known to have arrived, or of no matter any more. */
  readonly signal: AbortSignal;
  /** Default: five seconds. */
  readonly onItsWayMs?: number | undefined;
}

/**
 * Sends the end of stdin again until it is known to have arrived: what an API server has taken is lost with it, or with its connection to the
 * kubelet, and the container would wait for ever. A container whose stdin has ended does not mind.
 */
export async function seeStdinEnded(end: StdinEnd): Promise<void> {
  const { sendAgain, isTold, signal, onItsWayMs = ON_ITS_WAY_MS } = end;
  const over = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (let { sent } = end; ;) {
    const since = performance.now();
    await Promise.race([sent.gone, over]);
    if (!isTold && performance.now() - since >= onItsWayMs) return;
    await wait(onItsWayMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // what is in the way has been said elsewhere, or is passing
    sent = await sendAgain().catch(() => ({ gone: Promise.resolve() }));
  }
}
