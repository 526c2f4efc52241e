import type { TlsServer } from '@receptorjs/certificates';
import {
  type Advertisement,
  type DatagramSocket,
  type MeshNode,
  type ServiceDescription,
  type WorkCommand,
} from '@receptorjs/netceptor';
import { PROBLEM_TEXT } from '@receptorjs/netceptor/internal';
import { isInitial, type QuicAcceptor } from '@receptorjs/quic-engine';
import {
  arrayOf,
  callback,
  flag,
  mappingOf,
  object,
  optional,
  text,
  withMethods,
  type OptionChecks,
} from '@receptorjs/validation';
import { PendingConnectionLimit } from './pending-connection-limit.js';
import { ConnectionShares } from './connection-shares.js';
import { StreamError } from '../errors.js';
import type { MeshStream, StreamEnds } from '../mesh-stream.js';
import { insecureService, secureService } from '../tls/peer-verifier.js';
import { StreamConnection, type ConnectionHost } from '../connection/stream-connection.js';
import type { TlsContexts } from '../tls/tls-contexts.js';

const LONG_HEADER = 0x80;

/** How a service is offered. */
export interface ListenOptions {
  /** Whether to advertise the service to the mesh; default false, true when there are tags or work commands. */
  readonly advertise?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly workCommands?: readonly WorkCommand[];
  /** Accepts dialers with TLS alone; without it, those without alone. */
  readonly tls?: TlsServer | undefined;
  /** A dialer was not accepted; the error says why. */
  readonly onRefused?: (error: StreamError, from: StreamEnds) => void;
}

export const listenChecks: OptionChecks<ListenOptions> = {
  advertise: optional(flag),
  tags: optional(mappingOf(text)),
  workCommands: optional(arrayOf(object)),
  tls: optional(withMethods('a TlsServer', 'current')),
  onRefused: optional(callback),
};

/** A service that accepts streams. It alone writes its fields. */
export class StreamListener {
  readonly service: string;
  readonly #node: MeshNode;
  readonly #host: ConnectionHost;
  readonly #contexts: TlsContexts;
  readonly #tls: TlsServer | undefined;
  readonly #onRefused: ListenOptions['onRefused'];
  readonly #socket: DatagramSocket;
  readonly #onStream: (stream: MeshStream) => void;
  readonly #onClose: () => void;
  /** By node and service of the dialer. */
  readonly #connections = new Map<string, StreamConnection>();
  readonly #pending = new PendingConnectionLimit();
  /** A dialer for whom there is no room gets no answer, and tries again. */
  readonly #shares: ConnectionShares;
  #acceptor: QuicAcceptor;
  #description: ServiceDescription;
  #advertisement: Advertisement | undefined;

  /**
   * Made by `StreamHost.listen`.
   *
   * @internal
   * @throws {StreamError} `tls-unusable`
   */
  constructor(
    node: MeshNode,
    host: ConnectionHost,
    contexts: TlsContexts,
    service: string | undefined,
    options: ListenOptions,
    onStream: (stream: MeshStream) => void,
    onClose: () => void,
  ) {
    const {
      tags,
      workCommands,
      advertise = tags !== undefined || workCommands !== undefined,
    } = options;
    this.#node = node;
    this.#shares = new ConnectionShares(node.nodeId);
    this.#host = host;
    this.#contexts = contexts;
    this.#acceptor = contexts.acceptor(options.tls);
    this.#tls = options.tls;
    this.#onRefused = options.onRefused;
    this.#onStream = onStream;
    this.#onClose = onClose;
    this.#socket = node.openDatagram(service);
    this.service = this.#socket.service;
    this.#socket.on('view', (payload, fromNode, fromService) => {
      this.#receive(payload, fromNode, fromService);
    });
    this.#socket.on('unreachable', ({ problem, toNode, toService, maxPayloadBytes }) => {
      if (problem === PROBLEM_TEXT['service-unknown']) this.#peerGone(toNode, toService);
      if (problem === PROBLEM_TEXT['message-too-long']) {
        this.#connections.get(keyOf(toNode, toService))?.tooLarge(maxPayloadBytes);
      }
    });
    this.#description = {
      connectionType: this.#tls === undefined ? 1 : 2,
      tags: tags ?? null,
      workCommands,
    };
    if (advertise) this.#advertisement = node.advertise(this.service, this.#description);
  }

  /**
   * How many connections there are, those that are ending included.
   *
   * @internal
   */
  get openStreams(): number {
    return this.#connections.size;
  }

  /**
   * All connections, those that are ending included.
   *
   * @internal
   */
  get connections(): Iterable<StreamConnection> {
    return this.#connections.values();
  }

  /** Changes what is advertised, and begins to advertise when the service was not. */
  updateAdvertisement(change: {
    readonly tags?: Readonly<Record<string, string>>;
    readonly workCommands?: readonly WorkCommand[];
  }): void {
    this.#description = { ...this.#description, ...change };
    if (this.#advertisement === undefined) {
      this.#advertisement = this.#node.advertise(this.service, this.#description);
    } else {
      this.#advertisement.update(this.#description);
    }
  }

  /** Accepts no more streams, withdraws the advertisement and ends the streams that are open. */
  close(): void {
    this.#advertisement?.withdraw();
    for (const connection of this.#connections.values()) {
      connection.fail(new StreamError('host-closed', 'the listener was closed'));
      connection.pump();
    }
    this.#socket.close();
    this.#onClose();
  }

  #receive(payload: Buffer, fromNode: string, fromService: string): void {
    const key = keyOf(fromNode, fromService);
    const known = this.#connections.get(key);
    if (known !== undefined && belongsTo(payload, known)) {
      known.receive(payload);
    } else if (!isInitial(payload)) {
      this.#socket.refuse(fromNode, fromService);
    } else if (this.#pending.admits(fromNode)) {
      const via = this.#node.nextHopTo(fromNode);
      const give = this.#shares.take(fromNode, via);
      if (give === undefined) return;
      known?.fail(new StreamError('closed-by-peer', 'the peer began a new connection'));
      this.#accept(key, fromNode, fromService, via, give).receive(payload);
    }
  }

  /** @param give - Gives the connection's place back. */
  #accept(
    key: string,
    remoteNode: string,
    remoteService: string,
    via: string | undefined,
    give: () => void,
  ): StreamConnection {
    try {
      return this.#begin(key, remoteNode, remoteService, via, give);
    } catch (error) {
      give();
      throw error;
    }
  }

  #begin(
    key: string,
    remoteNode: string,
    remoteService: string,
    via: string | undefined,
    give: () => void,
  ): StreamConnection {
    const tls = this.#tls;
    const ends: StreamEnds = { remoteNode, via, remoteService, localService: this.service };
    // Whatever may fail comes before anything is counted: the name of the service is the sender's.
    const path = this.#socket.path(remoteNode, remoteService);
    const verifier = tls === undefined ? insecureService : secureService(tls, remoteNode);
    const acceptor = this.#currentAcceptor(ends);
    const quic = acceptor.accept((certificates) => verifier.verify(certificates));
    const begun = this.#pending.begin(remoteNode, via ?? '', () => {
      const text = 'it gave way to newer connections: too many have begun and opened no stream';
      connection.drop(new StreamError('handshake-failed', text));
    });
    const connection: StreamConnection = new StreamConnection(
      this.#host,
      {
        opened: (stream) => {
          begun();
          this.#onStream(stream);
        },
        failed: (error) => this.#onRefused?.(error, ends),
        over: () => {
          begun();
          give();
          if (this.#connections.get(key) === connection) this.#connections.delete(key);
        },
      },
      {
        role: 'listener',
        quic,
        path,
        ends,
        verifier,
      },
    );
    this.#connections.set(key, connection);
    return connection;
  }

  /** That of the certificate which the files hold now; the one before when QUIC can't use that. */
  #currentAcceptor(ends: StreamEnds): QuicAcceptor {
    try {
      this.#acceptor = this.#contexts.acceptor(this.#tls);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#onRefused?.(error, ends);
    }
    return this.#acceptor;
  }

  #peerGone(node: string, service: string): void {
    this.#connections
      .get(keyOf(node, service))
      ?.fail(new StreamError('service-gone', 'the peer no longer knows the stream'));
  }
}

function keyOf(node: string, service: string): string {
  return `${node}\0${service}`;
}

/** Whether a datagram can be one of the connection's: one that is no part of a handshake must carry its ID. */
function belongsTo(datagram: Buffer, connection: StreamConnection): boolean {
  if (connection.isOver) return false;
  const first = datagram[0];
  if (first === undefined || (first & LONG_HEADER) !== 0) return true;
  const id = connection.localId;
  return datagram.length > id.length && id.compare(datagram, 1, 1 + id.length) === 0;
}
