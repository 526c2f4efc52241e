/** How a connection ended, as far as its engine knows. */
export interface QuicEnd {
  readonly by: 'peer' | 'local' | 'timeout';
  /** Whether `code` is the application's, not QUIC's own. */
  readonly application: boolean;
  readonly code: number;
  readonly reason: string;
}

/** What a connection has lost, as far as it has noticed, since it began. */
export interface QuicLosses {
  readonly datagrams: number;
  readonly bytes: number;
}

/** Certificate and key of one end, PEM: its own certificate first, then the CAs it comes with. */
export interface QuicIdentity {
  readonly certificate: string;
  readonly key: string;
}

/** How a dialer verifies the listener and shows itself. */
export interface QuicDialRules {
  /**
   * CAs, PEM, by which the engine checks the listener's chain and purpose; undefined: it takes any certificate. A chain may
   * end at any of them; an engine without a setting for that leaves it to the verifier. A listener that shows one of them, issued
   * by itself, is trusted by that.
   */
  readonly ca: string | undefined;
  /** Shown when the listener asks. */
  readonly identity: QuicIdentity | undefined;
}

/** How a listener verifies dialers. */
export interface QuicAcceptRules {
  /** Whether dialers must or may show a certificate, or are not asked for one. */
  readonly clients: 'required' | 'optional' | 'unasked';
  /** As {@link QuicDialRules.ca}, for what dialers show; undefined only where they are not asked. */
  readonly ca: string | undefined;
}

/** Why a peer is refused. */
export interface QuicRefusal {
  readonly message: string;
  /** The alert of TLS that the peer gets. */
  readonly alert: number;
}

/**
 * What is wrong with a peer's certificates (DER, its own first), or nothing. Must not call the connection. What it throws
 * is a refusal by the alert `internal_error`.
 */
export type QuicVerifier = (certificates: readonly Uint8Array[]) => QuicRefusal | undefined;

/**
 * One QUIC connection without sockets or timers, with the one bidirectional stream that the dialer opens.
 *
 * Order of calls: {@link receive} for what arrives; then read and write; then {@link send} until it returns 0; then
 * {@link timeout} for when {@link handleTimeout} is due; {@link release} when it is needed no more.
 */
export interface QuicConnection {
  /** The handshake is done and the peer was found good. */
  readonly established: boolean;
  /** Ended at this end or the other: nothing more can be written. What was received can still be read. */
  readonly ended: boolean;
  /** Over for good: nothing more will be sent either. */
  readonly closed: boolean;
  /** The connection ID this end chose. */
  readonly localId: Buffer;
  /** The largest datagram the peer takes, in bytes; 0 before it is known. */
  readonly peerMaxDatagram: number;
  /** What was lost on the path so far, as far as this end knows. */
  losses(): QuicLosses;
  /** DER, the peer's own first. */
  peerCertificates(): readonly Uint8Array[];
  /** Takes a datagram; what is wrong with it shows in {@link end}. The datagram may be overwritten. */
  receive(datagram: Buffer): void;
  /**
   * Writes the next datagram into `room`, which it does not exceed, and returns its length; 0 when there is none to send
   * now. `room` has at least 1,200 bytes.
   */
  send(room: Buffer): number;
  /** Milliseconds until {@link handleTimeout}, or undefined when no time is set. */
  timeout(): number | undefined;
  /** Whether an answer of the peer may have been waited for in vain; other times are due without that. */
  handleTimeout(): boolean;
  /** Makes the next datagram one that the peer has to answer. */
  keepAlive(): void;
  /** Whether {@link read} would give something now, its error included. */
  readonly readable: boolean;
  /**
   * Reads from the stream: bytes read and whether the peer ended it; undefined when there is nothing to read now.
   *
   * @throws {StreamCanceled} The peer gave up its direction.
   */
  read(room: Buffer): readonly [length: number, finished: boolean] | undefined;
  /**
   * Writes to the stream and returns how much was taken; with `finish` an empty chunk ends it and returns -1 when it
   * could not be taken.
   *
   * @throws {StreamCanceled} The peer reads no more.
   */
  write(chunk: Buffer, finish: boolean): number;
  /** Gives up the stream in both directions: what the peer reads throws, and what it writes throws or is not taken. */
  cancel(code: number): void;
  /** Whether both directions of the stream are ended and everything sent is acknowledged. */
  streamDone(): boolean;
  /** Ends the connection with a code of the application's; the peer gets the first 1,024 bytes of the reason. */
  close(code: number, reason: string): void;
  /** How it ended; undefined while it has not. */
  end(): QuicEnd | undefined;
  /** Frees what the engine keeps for the connection, which is closed from now on and has nothing to read. */
  release(): void;
}

/** Accepts connections with one identity. */
export interface QuicAcceptor {
  /** `verifier` is asked once the peer has shown certificates; what it refuses reaches the peer as an alert and in words. */
  accept(verifier?: QuicVerifier): QuicConnection;
}

/** Begins connections with one set of rules. */
export interface QuicConnector {
  /** As {@link QuicAcceptor.accept}. */
  connect(verifier?: QuicVerifier): QuicConnection;
}

/** An implementation of QUIC v1 for the mesh, with the ALPN `netceptor` and datagrams of up to 65,480 bytes. */
export interface QuicEngine {
  /** What it is, in a few words. */
  readonly name: string;
  /** What opens connections by these rules. Throws for certificates and keys it can not use. */
  connector(rules: QuicDialRules): QuicConnector;
  /** What accepts connections by these rules. Throws for certificates and keys it can not use. */
  acceptor(identity: QuicIdentity, rules: QuicAcceptRules): QuicAcceptor;
}

/** Bounds of an engine's connections. */
export interface QuicEngineOptions {
  /** How long nothing may come before a connection is lost; default 30,000. */
  readonly idleTimeoutMs?: number;
  /** Bytes of a stream that may be under way or unread; default 3 MiB. */
  readonly streamWindow?: number;
  /** As `streamWindow`, for a connection; default 6 MiB. */
  readonly connectionWindow?: number;
}

/** What the package of an engine exports. */
export interface QuicEngineModule {
  /** @throws {Error} The engine does not run here. */
  readonly loadEngine: (options?: QuicEngineOptions) => Promise<QuicEngine>;
}
