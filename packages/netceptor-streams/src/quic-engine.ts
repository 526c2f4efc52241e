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

/** How a dialler judges the listener and shows itself. */
export interface QuicDialRules {
  /** CAs, PEM, by which the engine checks the listener's chain and purpose; undefined: it takes any certificate. */
  readonly ca: string | undefined;
  /** Shown when the listener asks. */
  readonly identity: QuicIdentity | undefined;
}

/** How a listener judges diallers. */
export interface QuicAcceptRules {
  /** Whether diallers must or may show a certificate, or are not asked for one. */
  readonly clients: 'required' | 'optional' | 'unasked';
  /** CAs, PEM, by which the engine checks the chain and purpose of what diallers show. */
  readonly ca: string | undefined;
}

/**
 * One QUIC connection without sockets or timers, with the one bidirectional stream that the dialler opens.
 *
 * Order of calls: {@link receive} for what arrives; then read and write; then {@link send} until it returns 0; then
 * {@link timeout} for when {@link handleTimeout} is due.
 */
export interface QuicConnection {
  readonly established: boolean;
  /** Ended at this end or the other: nothing more can be written. What was received can still be read. */
  readonly ended: boolean;
  /** Over for good: nothing more will be sent either. */
  readonly closed: boolean;
  /** The connection ID this end chose. */
  readonly localId: Buffer;
  /** The largest datagram the peer takes, in bytes; 0 before it is known. */
  readonly peerMaxDatagram: number;
  losses(): QuicLosses;
  /** DER, the peer's own first. */
  peerCertificates(): readonly Uint8Array[];
  /** Takes a datagram; what is wrong with it shows in {@link end}. The datagram may be overwritten. */
  receive(datagram: Buffer): void;
  /** Writes the next datagram into `room`, which it does not exceed, and returns its length; 0 when there is none to send now. */
  send(room: Buffer): number;
  /** Milliseconds until {@link handleTimeout}, or undefined when no time is set. */
  timeout(): number | undefined;
  handleTimeout(): void;
  /** Makes the next datagram one that the peer has to answer. */
  keepAlive(): void;
  /** Whether {@link read} would give something now, its error included. */
  readonly readable: boolean;
  /** Reads from the stream: bytes read and whether the peer ended it; undefined when there is nothing to read now. Throws when the peer reset it. */
  read(room: Buffer): readonly [length: number, finished: boolean] | undefined;
  /** Writes to the stream and returns how much was taken; with `finish` an empty chunk ends it and returns -1 when it could not be taken. Throws when the peer stopped it. */
  write(chunk: Buffer, finish: boolean): number;
  /** Whether both directions of the stream are ended and everything sent is acknowledged. */
  streamDone(): boolean;
  /** Ends the connection with an application code, or one of QUIC's own. */
  close(application: boolean, code: number, reason: string): void;
  /** How it ended; undefined while it has not. */
  end(): QuicEnd | undefined;
}

/** Accepts connections with one identity. */
export interface QuicAcceptor {
  accept(): QuicConnection;
}

/** Begins connections with one set of rules. */
export interface QuicConnector {
  connect(): QuicConnection;
}

/** An implementation of QUIC v1 for the mesh: ALPN `netceptor`, 30 s idle timeout, datagrams of up to 16,000 bytes. */
export interface QuicEngine {
  /** Names of certificates and fingerprints are for the connection's owner to check once it is established. */
  connector(rules: QuicDialRules): QuicConnector;
  acceptor(identity: QuicIdentity, rules: QuicAcceptRules): QuicAcceptor;
  /** Whether a datagram can begin a connection. */
  isInitial(datagram: Buffer): boolean;
}

/** The largest datagram of ours. A peer that takes this much is of our kind. */
export const MAX_DATAGRAM = 16_000;
/** The smallest that a way must carry (RFC 9000, 14), and the size used where larger ones get lost. */
export const MIN_DATAGRAM = 1_200;
/** A connection over which nothing came for so long is lost, in milliseconds. */
export const IDLE_TIMEOUT_MS = 30_000;
