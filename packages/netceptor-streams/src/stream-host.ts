import type { Logger, MeshNode } from '@receptorjs/netceptor';
import type { QuicEngine } from '@receptorjs/quic-engine';
import {
  callback,
  logger,
  optional,
  text,
  validateArgument,
  validateOptions,
  withMethods,
} from '@receptorjs/validation';
import { loadQuicEngine } from './choose-engine.js';
import { dialChecks, dial, type DialOptions } from './dial.js';
import { StreamError } from './errors.js';
import type { MeshStream } from './mesh-stream.js';
import { PumpSchedule } from './connection/pump-schedule.js';
import type { StreamConnection } from './connection/stream-connection.js';
import { listenChecks, StreamListener, type ListenOptions } from './listener/stream-listener.js';
import { TlsContexts } from './tls/tls-contexts.js';

/** How a host is set up. */
export interface StreamHostOptions {
  /** Default: what `loadQuicEngine` finds, when an engine is first needed. */
  readonly engine?: QuicEngine;
  /** Is given a line of which engine that is; default: none is written. */
  readonly log?: Logger;
}

const meshNode = withMethods('a MeshNode', 'openDatagram', 'advertise', 'resolve');

/** The streams of a node: dials and listens. It alone writes its fields. */
export class StreamHost {
  readonly #node: MeshNode;
  readonly #schedule = new PumpSchedule();
  readonly #dialers = new Set<StreamConnection>();
  readonly #listeners = new Set<StreamListener>();
  readonly #loadEngine: () => Promise<QuicEngine>;
  /** One for all, however many ask while the engine is being loaded. */
  #contexts: Promise<TlsContexts> | undefined;
  #closed = false;

  /** @throws {TypeError} `invalid-argument` */
  constructor(node: MeshNode, options: StreamHostOptions = {}) {
    validateArgument('new StreamHost', 'node', node, meshNode);
    validateOptions<StreamHostOptions>('new StreamHost', options, {
      engine: optional(withMethods('a QUIC engine', 'connector', 'acceptor')),
      log: optional(logger),
    });
    const { engine, log } = options;
    this.#node = node;
    this.#loadEngine = () => (engine ? Promise.resolve(engine) : loadQuicEngine({ log }));
    node.on('drain', this.#onDrain);
    node.on('route', this.#onRoute);
    node.on('node-restarted', this.#onRestart);
    node.once('close', this.#onClose);
  }

  /**
   * Opens a stream to a service of a node; `localhost` is this node.
   *
   * @throws {MeshError} `no-route`, `service-unknown`, `message-expired`, `blocked-by-firewall`,
   *   `invalid-service-name`, `shutdown`
   * @throws {StreamError} `dial-timeout`, `handshake-failed`, `canceled`, `closed-by-peer`, `host-closed`,
   *   `engine-unavailable`, `tls-unusable`
   * @throws {TypeError} `invalid-argument`
   */
  async dial(nodeId: string, service: string, options: DialOptions = {}): Promise<MeshStream> {
    validateArgument('dial', 'nodeId', nodeId, text);
    validateArgument('dial', 'service', service, text);
    validateOptions<DialOptions>('dial', options, dialChecks);
    const connector = (await this.#load()).connector(options.tls);
    const socket = this.#node.openDatagram();
    const target = this.#node.resolve(nodeId);
    const { connection, stream } = dial(
      this.#schedule,
      connector,
      socket,
      target,
      service,
      options,
    );
    this.#dialers.add(connection);
    socket.once('close', () => this.#dialers.delete(connection));
    return stream;
  }

  /**
   * Accepts streams to a service of this node; without a name one with an unused random name.
   *
   * @throws {MeshError} `service-in-use`, `invalid-service-name`, `shutdown`
   * @throws {StreamError} `engine-unavailable`, `host-closed`, `tls-unusable`
   * @throws {TypeError} `invalid-argument`
   */
  async listen(
    service: string | undefined,
    options: ListenOptions,
    onStream: (stream: MeshStream) => void,
  ): Promise<StreamListener> {
    validateArgument('listen', 'service', service, optional(text));
    validateOptions<ListenOptions>('listen', options, listenChecks);
    validateArgument('listen', 'onStream', onStream, callback);
    const contexts = await this.#load();
    const listener: StreamListener = new StreamListener(
      this.#node,
      this.#schedule,
      contexts,
      service,
      options,
      onStream,
      () => this.#listeners.delete(listener),
    );
    this.#listeners.add(listener);
    return listener;
  }

  /** Streams that are open, or being opened: those dialed and those accepted. */
  get openStreams(): number {
    let count = this.#dialers.size;
    for (const listener of this.#listeners) count += listener.openStreams;
    return count;
  }

  /** Ends all streams and listeners. The node stays. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#node.off('drain', this.#onDrain);
    this.#node.off('route', this.#onRoute);
    this.#node.off('node-restarted', this.#onRestart);
    this.#node.off('close', this.#onClose);
    const error = new StreamError('host-closed', 'the node was closed');
    for (const connection of this.#connections()) connection.drop(error);
    for (const listener of this.#listeners) listener.close();
    await Promise.resolve();
  }

  readonly #onDrain = (): void => this.#schedule.drained();

  readonly #onRoute = ({ nodeId, via }: { nodeId: string; via: string | undefined }): void => {
    if (via === undefined) return;
    for (const connection of [...this.#schedule.connections.of(nodeId)]) connection.routeChanged();
  };

  readonly #onRestart = (nodeId: string): void => {
    for (const connection of [...this.#schedule.connections.of(nodeId)]) connection.peerRestarted();
  };

  readonly #onClose = (): void => void this.close();

  #connections(): StreamConnection[] {
    return [...this.#dialers, ...[...this.#listeners].flatMap((each) => [...each.connections])];
  }

  async #load(): Promise<TlsContexts> {
    this.#contexts ??= this.#makeContexts();
    const contexts = await this.#contexts;
    if (this.#closed) throw new StreamError('host-closed', 'the node was closed');
    return contexts;
  }

  async #makeContexts(): Promise<TlsContexts> {
    try {
      return new TlsContexts(await this.#loadEngine());
    } catch (error) {
      // What failed once may go well the next time.
      this.#contexts = undefined;
      throw error;
    }
  }
}
