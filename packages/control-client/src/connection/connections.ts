import type { Duplex } from 'node:stream';
import { ControlConnection, type ControlConnectionOptions } from './control-connection.js';
import { ControlError } from '@receptorjs/control-protocol';

/** Opens a stream to a control service. The stream belongs to the client from then on. */
export type OpenStream = (options: {
  readonly signal?: AbortSignal | undefined;
}) => Promise<Duplex>;

/** What the connections of one client have in common. */
export interface ConnectionsOptions extends ControlConnectionOptions {
  /** Opens further connections; without it the first stream is all there is. */
  readonly open?: OpenStream | undefined;
  /** A stream that is open already. */
  readonly first?: Duplex | undefined;
}

/**
 * The connections of one client: one that requests share, and one each for whatever keeps a connection for itself. They
 * are opened when they are needed, as far as the client can open any.
 */
export class Connections {
  /** The one that requests share; written by `onShared`, `onOwn` and the constructor only. */
  #shared: Promise<ControlConnection> | undefined;
  /** The first stream's, while it is the only one; written by the constructor only. */
  readonly #only: ControlConnection | undefined;
  /** All that are open, for `close`. */
  readonly #all = new Set<ControlConnection>();
  /** Set by `close` for good. */
  #closed = false;

  constructor(private readonly options: ConnectionsOptions) {
    if (!options.first) return;
    const first = this.#over(options.first);
    this.#shared = Promise.resolve(first);
    if (options.open === undefined) this.#only = first;
  }

  /** Whether further connections can be opened. */
  get canOpen(): boolean {
    return this.options.open !== undefined;
  }

  /** Whether a request can be made. */
  get canRequest(): boolean {
    return !this.#closed && (this.canOpen || this.#only?.isOver === false);
  }

  /** Runs a request with one reply on the shared connection. One that has ended, or was handed on, is replaced. */
  async onShared<T>(
    run: (connection: ControlConnection) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const taken = (this.#shared ??= this.#open(signal));
    let connection: ControlConnection;
    try {
      connection = await taken;
    } catch (error) {
      if (this.#shared === taken) this.#shared = undefined;
      throw error;
    }
    // nothing comes between this look and the request
    if (!connection.isOver || !this.canOpen) return run(connection);
    if (this.#shared === taken) this.#shared = undefined;
    return this.onShared(run, signal);
  }

  /** Runs a request that keeps its connection: the shared one while no request is under way on it, or a new one. */
  async onOwn<T>(
    run: (connection: ControlConnection) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    if (!this.canOpen) return this.onShared(run, signal);
    const taken = this.#shared;
    const shared = await taken?.catch(() => undefined);
    if (!shared || this.#shared !== taken || shared.isOver || !shared.isIdle) {
      return run(await this.#open(signal));
    }
    this.#shared = undefined;
    return run(shared);
  }

  /** Closes whatever is open, and opens nothing more. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#all) connection.close();
  }

  async #open(signal: AbortSignal | undefined): Promise<ControlConnection> {
    const { open } = this.options;
    if (this.#closed || !open) throw new ControlError('closed', 'the client was closed');
    const connection = this.#over(await open({ signal }));
    if (this.#isClosed()) connection.close();
    return connection;
  }

  /** Asked anew each time, since it may be closed during any wait. */
  #isClosed(): boolean {
    return this.#closed;
  }

  #over(stream: Duplex): ControlConnection {
    const connection = new ControlConnection(stream, this.options);
    this.#all.add(connection);
    stream.once('close', () => this.#all.delete(connection));
    return connection;
  }
}
