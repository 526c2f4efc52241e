import type { ControlClient } from '@receptorjs/control-client';
import { onAbort } from '@receptorjs/primitives';
import { NodeAbilities } from './node-abilities.js';
import type { RemoteData } from './remote-extra-data.js';
import { dialControl, type RemoteAccess } from './remote-session.js';

/** Milliseconds for which a connection without a request is kept: less than another node guarantees it a place. */
const KEPT_MS = 4_000;
/** Milliseconds after which a connection is not kept any more, so that what has changed of certificates and rules comes to bear. */
const OLDEST_MS = 60_000;
/** Connections kept for one node, one TLS client and one way of signing, and over all. */
const MAX_KEPT_PER_NODE = 32;
const MAX_KEPT = 256;

/** A connection that waits for its next request. */
interface KeptSession {
  readonly client: ControlClient;
  readonly openedAt: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * The connections to the control services of other nodes. A new one takes a handshake, which costs more than all else that a small unit
 * does, so one that serves further requests is kept for a moment.
 *
 * See docs/decisions/0127-one-connection-for-a-unit.md.
 */
export class RemoteSessions {
  /** By node, TLS client and whether requests are signed; the last kept is used first. Written by `#keep` and `#take` only. */
  readonly #kept = new Map<string, KeptSession[]>();
  /** Of all of those; written by `#keep` and `#take` only. */
  #count = 0;
  /** What the nodes at their other ends know. */
  readonly abilities = new NodeAbilities();
  /** Set by `close` for good. */
  #closed = false;

  constructor(private readonly access: RemoteAccess) {}

  /**
   * A connection of its own, which is closed when the signal fires.
   *
   * @throws whatever the dial throws
   */
  async connect(data: RemoteData, signal: AbortSignal): Promise<ControlClient> {
    const { client, stream } = await dialControl(this.access, data, signal);
    const forget = onAbort(signal, () => {
      client.close();
    });
    // the signal outlives its connections, of which a long job may need many
    stream.once('close', forget);
    return client;
  }

  /**
   * Makes requests on a connection that nobody else uses meanwhile. One that was kept may have been closed by the other node, which shows
   * only when it is used: then all are made once more on a new one, so they must bear that.
   *
   * @throws whatever the dial or the requests throw
   */
  async use<T>(
    data: RemoteData,
    signal: AbortSignal,
    run: (client: ControlClient) => Promise<T>,
  ): Promise<T> {
    const key = keyOf(data);
    const kept = this.#take(key);
    if (kept) {
      try {
        return await this.#run(kept, key, signal, run);
      } catch (error) {
        if (signal.aborted || !wasClosed(error)) throw error;
        this.#drop(key);
      }
    }
    const { client } = await dialControl(this.access, data, signal);
    return this.#run({ client, openedAt: performance.now() }, key, signal, run);
  }

  /** Closes what is kept, and keeps nothing more. */
  close(): void {
    this.#closed = true;
    for (const key of [...this.#kept.keys()]) this.#drop(key);
  }

  async #run<T>(
    session: Pick<KeptSession, 'client' | 'openedAt'>,
    key: string,
    signal: AbortSignal,
    run: (client: ControlClient) => Promise<T>,
  ): Promise<T> {
    const { client } = session;
    const forget = onAbort(signal, () => {
      client.close();
    });
    try {
      return await run(client);
    } finally {
      forget();
      this.#keep(session, key);
    }
  }

  #keep({ client, openedAt }: Pick<KeptSession, 'client' | 'openedAt'>, key: string): void {
    const sessions = this.#kept.get(key) ?? [];
    const isFull = sessions.length >= MAX_KEPT_PER_NODE || this.#count >= MAX_KEPT;
    const isOld = performance.now() - openedAt > OLDEST_MS;
    if (this.#closed || isFull || isOld || !client.canRequest) {
      client.close();
      return;
    }
    const timer = setTimeout(() => {
      if (this.#take(key, session)) client.close();
    }, KEPT_MS).unref();
    const session: KeptSession = { client, openedAt, timer };
    sessions.push(session);
    this.#kept.set(key, sessions);
    this.#count += 1;
  }

  /** Takes out one that is open, or the one given. */
  #take(key: string, wanted?: KeptSession): KeptSession | undefined {
    const sessions = this.#kept.get(key) ?? [];
    for (;;) {
      const at = wanted === undefined ? sessions.length - 1 : sessions.indexOf(wanted);
      const [session] = at < 0 ? [] : sessions.splice(at, 1);
      if (!session) return undefined;
      this.#count -= 1;
      if (sessions.length === 0) this.#kept.delete(key);
      clearTimeout(session.timer);
      if (wanted !== undefined || session.client.canRequest) return session;
    }
  }

  #drop(key: string): void {
    for (let session = this.#take(key); session; session = this.#take(key)) session.client.close();
  }
}

/** The connections of one key can stand for each other. */
function keyOf({ RemoteNode, TLSClient, SignWork }: RemoteData): string {
  return JSON.stringify([RemoteNode, TLSClient, SignWork]);
}

/** Whether a connection has ended without an answer. */
function wasClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'closed';
}
