import { onAbort, type Logger } from '@receptorjs/primitives';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { PodProgress } from '../pod/pod-progress.js';
import { ownAddresses } from './local-address.js';

/** Connections that are kept until it is known where their pod is: one more, and the first one goes. */
const MAX_HELD = 16;
/** Milliseconds after which a connection that is silent is asked whether it is still there. */
const ALIVE_MS = 30_000;

/** Where a pod is waited for, and whose it is. */
export interface PodListenerOptions {
  /** Address of this machine. */
  readonly host: string;
  readonly unitId: string;
  readonly log: Logger;
  /** Addresses of this machine that others can reach. Default: those that it has */
  readonly own?: readonly string[] | undefined;
}

/**
 * Waits for the one connection of one pod. It alone writes its fields.
 *
 * The pod's program sends nothing that shows who it is, so that its address has to: that of its pod, or of the node it is on, from which
 * what leaves a cluster often comes.
 */
export class PodListener {
  /** Those that came before it was known where the pod is, the first one first; none of them is read. */
  readonly #held: Socket[] = [];
  #accept: ((socket: Socket) => void) | undefined;
  #addresses: readonly string[] = [];

  /** The variables by which the pod's program knows where to connect to. */
  readonly env: Readonly<Record<string, string>>;

  private constructor(
    private readonly server: Server,
    private readonly options: PodListenerOptions,
  ) {
    const { address, port } = server.address() as AddressInfo;
    this.env = { RECEPTOR_HOST: address, RECEPTOR_PORT: String(port) };
    server.on('connection', (socket) => {
      this.#take(socket);
    });
  }

  /**
   * Listens on a free port.
   *
   * @throws what the system says
   */
  static async open(options: PodListenerOptions): Promise<PodListener> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    server.listen({ host: options.host, port: 0, exclusive: true });
    await once(server, 'listening');
    return new PodListener(server, options);
  }

  /**
   * The connection of the pod; others are refused, and after it all are.
   *
   * @throws the signal's reason
   */
  async connection(progress: PodProgress, signal: AbortSignal): Promise<Socket> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const stopListening = onAbort(signal, () => {
        over.abort();
        this.close();
        reject(signal.reason as Error);
      });
      this.#accept = (socket) => {
        over.abort();
        stopListening();
        this.close();
        socket.setKeepAlive(true, ALIVE_MS);
        resolve(socket);
      };
      void this.#follow(progress, over.signal);
    });
  }

  /** Refuses all that have come, and all that come. */
  close(): void {
    this.#accept = undefined;
    this.server.close();
    for (const socket of this.#held.splice(0)) socket.destroy();
  }

  async #follow(progress: PodProgress, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#addresses = progress.addresses;
      if (this.#addresses.length > 0) for (const each of this.#held.splice(0)) this.#check(each);
      const known = this.#addresses;
      await progress.until(() => progress.addresses.join() !== known.join(), signal);
    }
  }

  #take(socket: Socket): void {
    // whatever becomes of it is seen by whoever reads it
    socket.on('error', () => undefined);
    if (!this.server.listening) socket.destroy();
    else if (this.#addresses.length > 0) this.#check(socket);
    else {
      this.#held.push(socket);
      if (this.#held.length > MAX_HELD) this.#held.shift()?.destroy();
    }
  }

  /** A pod with the network of this machine may come from any address of it. */
  #isAllowed(from: string): boolean {
    const pods = this.#addresses.map(plainAddress);
    const own = (this.options.own ?? ownAddresses()).map(plainAddress);
    return pods.includes(from) || (own.includes(from) && own.some((each) => pods.includes(each)));
  }

  #check(socket: Socket): void {
    const from = plainAddress(socket.remoteAddress ?? '');
    if (this.#accept && this.#isAllowed(from)) {
      this.#accept(socket);
      return;
    }
    socket.destroy();
    const { log, unitId } = this.options;
    log.warning(
      `[${unitId}] a connection from ${from} is refused: the pod is at ${this.#addresses.join(' or ')}`,
    );
  }
}

/** An address as it stands without what says that it came by IPv6. */
const plainAddress = (address: string): string =>
  address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.)/, '')
    .replace(/%.*$/, '');
