import { type OutgoingPath } from '@receptorjs/netceptor';
import { MovableTimer } from '@receptorjs/netceptor/internal';
import { LARGE_DATAGRAM, type QuicConnection } from '@receptorjs/quic-engine';
import type { ConnectionsByNode } from './connections-by-node.js';
import { StreamError } from '../errors.js';
import { DatagramSender } from '../datagrams/datagram-sender.js';
import { describeEnd } from './describe-end.js';
import type { StreamEnds } from '../mesh-stream.js';
import type { PeerVerifier } from '../tls/peer-verifier.js';
import { QuicStream } from './quic-stream.js';
import type { ReadSlab } from './read-slab.js';

const HANDSHAKE_MS = 15_000;
/** How long a dialer may take to open its stream. */
const FIRST_BYTE_MS = 60_000;
const KEEP_ALIVE_MS = 15_000;
/** How long a connection stays after both ends ended the stream, for a peer that loses what it has not read when it gets the end. */
const LINGER_MS = 10_000;
/** How long what was received stays readable once the connection is gone. */
const UNREAD_MS = 30_000;
/** What a dialer writes first, so that the listener sees the stream: no part of its content. */
const MARKER = Buffer.from([0]);

const CLOSE = {
  normal: [0, 'normal close'],
  canceled: [499, 'stream cancelled'],
  readError: [500, 'Read Data Error'],
  acceptTimeout: [500, 'Accept Timeout'],
} as const;
/** The bit of a datagram that is part of a handshake. */
const LONG_HEADER = 0x80;

/** What a connection asks of its host. */
export interface ConnectionHost {
  readonly slab: ReadSlab;
  /** All connections that are not over. */
  readonly connections: ConnectionsByNode<StreamConnection>;
  /** Calls {@link StreamConnection.pump} soon, once for any number of calls. */
  schedule(connection: StreamConnection): void;
  /** Schedules the connection when links take data again, behind those that have sent nothing in their last turn. */
  scheduleAfterDrain(connection: StreamConnection, hasSent: boolean): void;
  /** Calls {@link StreamConnection.endTurn} when all that has arrived was taken. */
  scheduleTurnEnd(connection: StreamConnection): void;
}

/** What becomes of a connection, for its dialer or listener. */
export interface ConnectionListener {
  /** The stream is there. */
  opened(stream: QuicStream): void;
  /** The connection ended before there was a stream. */
  failed(error: StreamError): void;
  /** Nothing more will be sent or received. */
  over(): void;
}

/** How a connection is set up. */
export interface ConnectionOptions {
  readonly role: 'dialer' | 'listener';
  readonly quic: QuicConnection;
  readonly path: OutgoingPath;
  readonly ends: StreamEnds;
  readonly verifier: PeerVerifier;
}

/** One QUIC connection with its one stream: moves datagrams, bytes and time. It alone writes its fields. */
export class StreamConnection {
  readonly ends: StreamEnds;
  readonly #host: ConnectionHost;
  readonly #listener: ConnectionListener;
  readonly #role: 'dialer' | 'listener';
  readonly #quic: QuicConnection;
  readonly #sender: DatagramSender;
  readonly #verifier: PeerVerifier;
  readonly #timer = new MovableTimer(() => this.#timeUp());
  #phase: 'handshake' | 'confirming' | 'waiting' | 'open' | 'ended' | 'over' = 'handshake';
  #stream: QuicStream | undefined;
  #quicDueAt = Infinity;
  #keepAliveAt = Infinity;
  /** When the present phase has taken too long. */
  #phaseEndsAt = performance.now() + HANDSHAKE_MS;
  /** Why this end closed the connection, when it did. */
  #reason: StreamError | undefined;
  /** Whether the listener has answered what the dialer's end of the handshake said last. */
  #confirmed = false;
  #lingering = false;
  /** Links had no room at the end of a turn for what fills no datagram: it is sent when they have. */
  #flushes = false;
  /** Whether this end has closed the connection. */
  #closing = false;

  constructor(host: ConnectionHost, listener: ConnectionListener, options: ConnectionOptions) {
    this.#host = host;
    this.#listener = listener;
    this.#role = options.role;
    this.#quic = options.quic;
    this.#sender = new DatagramSender(options.quic, options.path);
    this.#verifier = options.verifier;
    this.ends = options.ends;
    host.connections.add(this);
    host.schedule(this);
  }

  /** The connection ID this end chose. */
  get localId(): Buffer {
    return this.#quic.localId;
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  receive(datagram: Buffer): void {
    if (this.#phase === 'over') return;
    this.#sender.received();
    if (this.#phase === 'confirming' && ((datagram[0] ?? 0) & LONG_HEADER) === 0) {
      this.#confirmed = true;
    }
    this.#quic.receive(datagram);
    this.#host.schedule(this);
  }

  /** Ends the connection at once; the stream ends with `error` after what it has received. */
  fail(error: StreamError): void {
    if (this.#phase === 'ended' || this.#phase === 'over') return;
    this.#reason = error;
    this.#close(CLOSE.normal);
  }

  /** Ends the connection like {@link fail}, and forgets it: nothing more is sent or waited for. */
  drop(error: StreamError): void {
    if (this.#phase === 'over') return;
    this.fail(error);
    this.pump();
    if (!this.isOver) this.#over();
    this.#timer.clear();
    this.#stream?.destroy(this.#stream.bothEnded ? undefined : error);
  }

  /**
   * The peer's node was started anew: a stream with it is gone. A handshake that it began goes on: its first words can
   * arrive before the routing update of its start.
   */
  peerRestarted(): void {
    if (this.#role === 'listener' && this.#phase === 'handshake') return;
    this.fail(new StreamError('peer-restarted', `node ${this.ends.remoteNode} was restarted`));
  }

  /** A node on the path could not hand a datagram on for its length; `maxBytes` is what it could, where it says so. */
  tooLarge(maxBytes: number | undefined): void {
    if (this.#phase === 'over') return;
    this.#sender.tooLarge(performance.now(), maxBytes);
    this.#host.schedule(this);
  }

  /** The route to the peer changed: what was lost on the old one is sent again at once. */
  routeChanged(): void {
    if (this.#phase !== 'over' && this.#sender.routeChanged()) this.#host.schedule(this);
  }

  /** Does all that can be done now: reads, writes, sends what fills datagrams, ends. */
  pump(): void {
    this.#move(false);
  }

  /** The same at the end of a turn of the process: what does not fill a datagram is sent too. */
  endTurn(): void {
    if (this.#phase !== 'over') this.#move(true);
  }

  #move(turnEnds: boolean): void {
    const quic = this.#quic;
    if (this.#phase === 'handshake' && quic.established) this.#establish();
    if (this.#phase === 'confirming' && this.#confirmed && !quic.ended) this.#open();
    if (this.#phase === 'waiting') this.#awaitStream();
    const stream = this.#stream;
    if (stream !== undefined) {
      stream.readFrom(quic, this.#host.slab);
      if (this.#phase === 'open') {
        stream.writeTo(quic);
        this.#endWhenDone(stream);
      }
    }
    if (this.#phase === 'over') return;
    this.#sendAll(turnEnds);
    if (this.#phase !== 'ended' && (this.#closing || quic.ended)) this.#ended();
    if (quic.closed || (this.#phase === 'ended' && this.#isEndedByPeer)) this.#over();
    else this.#setTimer();
  }

  /**
   * Whether the peer has ended the connection: it needs no more answers. QUIC would wait for what is still under way,
   * but a connection that is kept for nothing costs more than the answer to its sender that the service is unknown.
   */
  get #isEndedByPeer(): boolean {
    return this.#quic.end()?.by === 'peer';
  }

  #establish(): void {
    this.#sender.endRepeating();
    if (this.#role === 'listener') {
      this.#phase = 'waiting';
      this.#phaseEndsAt = performance.now() + FIRST_BYTE_MS;
      return;
    }
    if (!this.#beginStream()) {
      this.#reason = new StreamError('protocol', 'the peer takes no stream');
      this.#close(CLOSE.canceled);
      return;
    }
    this.#keepAliveAt = performance.now() + KEEP_ALIVE_MS;
    if (this.#verifier.mutual) this.#phase = 'confirming';
    else this.#open();
  }

  /** Opens the stream by its marker; false when the peer allows none. */
  #beginStream(): boolean {
    try {
      return this.#quic.write(MARKER, false) === MARKER.length;
    } catch {
      return false;
    }
  }

  /** Takes the marker with which a dialer opens its stream. */
  #awaitStream(): void {
    const marker = Buffer.allocUnsafe(1);
    try {
      const read = this.#quic.read(marker);
      if (read === undefined) return;
      const [length, finished] = read;
      if (length === 1 && marker[0] === MARKER[0]) {
        const stream = this.#open();
        if (finished) stream.endReading();
        return;
      }
    } catch {
      // The peer reset its stream before it said anything: as wrong as saying the wrong thing.
    }
    this.#reason = new StreamError('protocol', 'the peer did not open its stream as it should');
    this.#close(CLOSE.readError);
  }

  #open(): QuicStream {
    this.#phase = 'open';
    this.#phaseEndsAt = Infinity;
    const stream = new QuicStream(this.ends, this.#quic.peerCertificates(), {
      wake: () => this.#host.schedule(this),
      write: (chunk, finish) => {
        const taken = this.#quic.write(chunk, finish);
        this.#sender.written(taken);
        return taken;
      },
      read: (room) => this.#quic.read(room),
      abandon: () => this.#close(CLOSE.canceled),
      maxDatagram: () => this.#sender.maxDatagram,
      destroyed: () => this.#streamDestroyed(),
    });
    this.#stream = stream;
    this.#listener.opened(stream);
    return stream;
  }

  #endWhenDone(stream: QuicStream): void {
    if (this.#lingering || !stream.bothEnded || !this.#quic.streamDone()) return;
    this.#lingering = true;
    if (this.#quic.peerMaxDatagram >= LARGE_DATAGRAM) this.#close(CLOSE.normal);
    else this.#phaseEndsAt = performance.now() + LINGER_MS;
  }

  #close([code, reason]: readonly [number, string]): void {
    if (this.#phase === 'over') return;
    this.#closing = true;
    this.#sender.endRepeating();
    this.#quic.close(code, reason);
    this.#host.schedule(this);
  }

  #sendAll(turnEnds: boolean): void {
    const beginning = this.#phase === 'handshake' && !this.#closing;
    // what does not fill a datagram may become more until the turn ends
    const flushes = turnEnds || this.#flushes;
    const fullOnly = this.#phase === 'open' && !this.#closing && !flushes;
    const end = this.#sender.send(performance.now(), { beginning, fullOnly });
    this.#flushes = flushes && (end === 'starved' || end === 'blocked');
    if (end === 'turn-over') this.#host.schedule(this);
    else if (end === 'held-back') this.#host.scheduleTurnEnd(this);
    else if (end !== 'nothing-left') this.#host.scheduleAfterDrain(this, end === 'blocked');
  }

  /** The connection has ended at one end: so does the stream, or the wait for it. */
  #ended(): void {
    const stream = this.#stream;
    this.#phase = 'ended';
    this.#keepAliveAt = Infinity;
    this.#phaseEndsAt = performance.now() + UNREAD_MS;
    const error = this.#reason ?? this.#describeEnd(stream === undefined);
    if (stream === undefined) this.#listener.failed(error);
    else if (!stream.bothEnded) stream.fail(error, this.#quic);
  }

  #describeEnd(duringHandshake: boolean): StreamError {
    const certificates = this.#quic.peerCertificates();
    const explain: PeerVerifier['explain'] = (alert, by, reason) => {
      // The engine refuses a chain by a number; our own verification of it has the words.
      const problem = by === 'local' ? this.#verifier.verify(certificates) : undefined;
      return problem instanceof Error ? problem : this.#verifier.explain(alert, by, reason);
    };
    return describeEnd(this.#quic.end(), duringHandshake, explain, certificates);
  }

  #over(): void {
    this.#phase = 'over';
    this.#host.connections.delete(this);
    this.#listener.over();
    const stream = this.#stream;
    if (stream === undefined || stream.destroyed) {
      this.#timer.clear();
      this.#quic.release();
    } else this.#timer.set(performance.now(), this.#phaseEndsAt);
  }

  /** Nothing that was received is read any more. */
  #streamDestroyed(): void {
    if (this.#phase !== 'over') return;
    this.#timer.clear();
    this.#quic.release();
  }

  #setTimer(): void {
    const now = performance.now();
    const timeout = this.#quic.timeout();
    this.#quicDueAt = timeout === undefined ? Infinity : now + timeout;
    const { repeatAt } = this.#sender;
    this.#timer.set(now, Math.min(this.#quicDueAt, this.#keepAliveAt, this.#phaseEndsAt, repeatAt));
  }

  /** Time is looked at only after what has arrived was read: a process that stood still has not lost its peers. */
  #timeUp(): void {
    setImmediate(() => this.#handleTime(performance.now()));
  }

  #handleTime(now: number): void {
    if (now >= this.#phaseEndsAt) this.#phaseTimedOut();
    if (this.#phase === 'over') return;
    if (this.#quic.timeout() === 0) {
      this.#sender.timedOut(now, this.#quic.handleTimeout());
    }
    if (now >= this.#sender.repeatAt) this.#sender.repeat(now);
    if (now >= this.#keepAliveAt) {
      this.#keepAliveAt = now + KEEP_ALIVE_MS;
      this.#quic.keepAlive();
    }
    this.#host.schedule(this);
  }

  #phaseTimedOut(): void {
    this.#phaseEndsAt = Infinity;
    switch (this.#phase) {
      case 'handshake':
      case 'confirming':
        this.#reason = new StreamError(
          'dial-timeout',
          'timeout: no handshake with the peer in 15 s',
        );
        this.#close(CLOSE.acceptTimeout);
        return;
      case 'waiting':
        this.#reason = new StreamError('protocol', 'the peer opened no stream');
        this.#close(CLOSE.acceptTimeout);
        return;
      case 'open':
        this.#close(CLOSE.normal);
        return;
      case 'ended':
      case 'over':
        this.#stream?.destroy(this.#describeEnd(false));
    }
  }
}
