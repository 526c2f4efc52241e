import { onAbort } from '@receptorjs/primitives';
import { type ControlClient } from '@receptorjs/control-client';
import { Backoff } from '@receptorjs/control-client/internal';
import { isRemoteAnswer } from '@receptorjs/control-protocol';
import type { ControlTransport } from './control-transport.js';
import { NodeRunError, reasonOf } from '../errors.js';
import { limitText, SILENT_WAIT_MS, type OnWaiting } from './waiting.js';

/** How long a node may be out of reach, in milliseconds. */
export interface ReconnectLimits {
  /** Before it has answered at all. */
  readonly firstMs: number;
  /** Once it has. */
  readonly lostMs: number;
  /** Called when it is out of reach for longer than a second, and when that is over. */
  readonly onWaiting?: OnWaiting | undefined;
}

/** A time in which the node is out of reach; `said`: `onWaiting` was called. */
interface Outage {
  readonly over: AbortController;
  readonly timer: NodeJS.Timeout;
  readonly notice: NodeJS.Timeout;
  said: boolean;
}

/** An open connection. */
export interface OpenConnection {
  readonly client: ControlClient;
  /** Closes it; to be called by the function that opened it. */
  readonly close: () => void;
}

/**
 * Reaches a node again and again, with growing waits (backoff), until it has been out of reach for too long. One conversation at a
 * time. It alone writes its fields.
 */
export class ReconnectingClient {
  readonly #backoff = new Backoff();
  /** Present while the node is out of reach. */
  #outage: Outage | undefined;
  #wasAlive = false;

  constructor(
    private readonly node: string,
    private readonly transport: ControlTransport,
    private readonly limits: ReconnectLimits,
  ) {}

  /** Repeats a conversation until it comes to its end. It gets a connection each time, which is closed after it. */
  async withConnection<T>(
    signal: AbortSignal,
    use: (client: ControlClient) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      try {
        const { client, close } = await this.open(signal);
        try {
          return await use(client);
        } finally {
          close();
        }
      } catch (error) {
        await this.recover(error, signal);
      }
    }
  }

  /** One attempt to open a connection; it is closed by the signal as well. */
  async open(signal: AbortSignal): Promise<OpenConnection> {
    signal.throwIfAborted();
    const client = await this.transport.connect(signal);
    // The signal outlives its connections, of which a long job may need many.
    const forget = onAbort(signal, () => client.close());
    const close = () => {
      forget();
      client.close();
    };
    try {
      await client.nodeId();
    } catch (error) {
      close();
      throw error;
    }
    this.markAlive();
    return { client, close };
  }

  /** The node is there: an outage is over, and the next retry comes soon. */
  markAlive(): void {
    this.#wasAlive = true;
    this.#backoff.reset();
    this.#endOutage();
    if (this.#outage?.said === true) this.limits.onWaiting?.(`${this.node} answers again.`);
    this.#outage = undefined;
  }

  /**
   * Waits until it is worth to try again.
   *
   * @throws the error itself when trying again is no use or the signal has fired; NodeRunError `peer-timeout` or `lost`
   *   when the node was out of reach for too long
   */
  async recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted || error instanceof NodeRunError || isRemoteAnswer(error)) throw error;
    if (this.transport.isFinal(error))
      throw new NodeRunError(
        this.#wasAlive ? 'lost' : 'peer-timeout',
        `The control service of ${this.node} can't be used: ${reasonOf(error)}`,
        { cause: error },
      );
    const outage = (this.#outage ??= this.#beginOutage(error));
    const stop = this.transport.onReachable(() => this.#backoff.skip());
    try {
      if (!outage.over.signal.aborted)
        await this.#backoff.wait(AbortSignal.any([signal, outage.over.signal]));
    } finally {
      stop();
    }
    signal.throwIfAborted();
    if (outage.over.signal.aborted) throw this.#unreachable(error);
  }

  /** Stops what still waits. */
  close(): void {
    this.#endOutage();
  }

  #endOutage(): void {
    clearTimeout(this.#outage?.timer);
    clearTimeout(this.#outage?.notice);
  }

  #beginOutage(cause: unknown): Outage {
    const over = new AbortController();
    const { firstMs, lostMs, onWaiting } = this.limits;
    // A timer that keeps the process: nothing else may, while a daemon on this machine is being restarted.
    const limitMs = this.#wasAlive ? lostMs : firstMs;
    const timer = setTimeout(() => over.abort(), limitMs);
    const notice = setTimeout(() => {
      outage.said = true;
      const limit = `(up to ${limitText(limitMs)})`;
      onWaiting?.(`Waiting for ${this.node} to answer ${limit}: ${reasonOf(cause)}`);
    }, SILENT_WAIT_MS);
    const outage: Outage = { over, timer, notice, said: false };
    return outage;
  }

  #unreachable(cause: unknown): NodeRunError {
    const why = reasonOf(cause);
    return this.#wasAlive
      ? new NodeRunError('lost', `Lost the node ${this.node}: ${why}`, { cause })
      : new NodeRunError('peer-timeout', `Timed out waiting for peer ${this.node}: ${why}`, {
          cause,
        });
  }
}
