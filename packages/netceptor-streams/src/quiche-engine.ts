import { randomBytes } from 'node:crypto';
import type { Quiche } from '@matrixai/quic/native/quiche.js';
import type { Config, Connection } from '@matrixai/quic/native/types.js';
import { StreamError } from './errors.js';
import {
  IDLE_TIMEOUT_MS,
  MAX_DATAGRAM,
  type QuicAcceptRules,
  type QuicAcceptor,
  type QuicConnection,
  type QuicConnector,
  type QuicDialRules,
  type QuicEnd,
  type QuicEngine,
  type QuicIdentity,
  type QuicLosses,
} from './quic-engine.js';

/** Bytes in flight at most. They also wait in front of a ping when the receiver is slower than the links: 3 MiB carry 60 MB/s over 50 ms. */
const STREAM_WINDOW = 3 << 20;
const CONNECTION_WINDOW = 6 << 20;
const CONNECTION_ID_BYTES = 16;
/** The one stream of a connection: the first that a dialler can open in both directions. */
const STREAM = 0;
/** quiche wants addresses; there are no sockets, so these are constants. */
const LOCAL = { host: '127.0.0.1', port: 1 };
const REMOTE = { host: '127.0.0.1', port: 2 };
const RECEIVED = { from: REMOTE, to: LOCAL };

/**
 * Loads the QUIC engine of this platform.
 *
 * @throws {StreamError} `engine-unavailable`
 */
export async function loadQuicheEngine(): Promise<QuicEngine> {
  try {
    const { default: quiche } = await import('@matrixai/quic/native/quiche.js');
    return new QuicheEngine(quiche);
  } catch (cause) {
    throw new StreamError(
      'engine-unavailable',
      `there is no QUIC engine for ${process.platform} on ${process.arch}`,
      {
        hint: 'Streams need the optional package @matrixai/quic-linux-x64 (Linux on x64 with glibc 2.34 or newer): install without --omit=optional, on such a machine.',
        cause,
      },
    );
  }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

class QuicheEngine implements QuicEngine {
  readonly #quiche: Quiche;

  constructor(quiche: Quiche) {
    this.#quiche = quiche;
  }

  connector({ ca, identity }: QuicDialRules): QuicConnector {
    const config = this.#configure(true, ca === undefined, ca, identity);
    return {
      connect: () => {
        const id = randomBytes(CONNECTION_ID_BYTES);
        return new QuicheConnection(
          this.#quiche.Connection.connect(null, id, LOCAL, REMOTE, config),
          id,
        );
      },
    };
  }

  acceptor(identity: QuicIdentity, { clients, ca }: QuicAcceptRules): QuicAcceptor {
    const config = this.#configure(clients === 'required', false, ca, identity);
    // After the context was made, this asks for a certificate without insisting on one.
    if (clients === 'optional') config.verifyPeer(true);
    return {
      accept: () => {
        const id = randomBytes(CONNECTION_ID_BYTES);
        return new QuicheConnection(
          this.#quiche.Connection.accept(id, null, LOCAL, REMOTE, config),
          id,
        );
      },
    };
  }

  isInitial(datagram: Buffer): boolean {
    try {
      const { Header, MAX_CONN_ID_LEN, Type } = this.#quiche;
      return Header.fromSlice(datagram, MAX_CONN_ID_LEN).ty === Type.Initial;
    } catch {
      return false;
    }
  }

  /**
   * @param verify - Whether the peer must show a certificate.
   * @param takesAny - Whether any certificate will do.
   */
  #configure(
    verify: boolean,
    takesAny: boolean,
    ca: string | undefined,
    identity: QuicIdentity | undefined,
  ): Config {
    const config = this.#quiche.Config.withBoringSslCtx(
      verify,
      takesAny,
      ca === undefined ? undefined : bytes(ca),
      identity === undefined ? undefined : [bytes(identity.key)],
      identity === undefined ? undefined : [bytes(identity.certificate)],
      undefined,
    );
    config.setApplicationProtos(['netceptor']);
    config.setMaxIdleTimeout(IDLE_TIMEOUT_MS);
    config.setMaxSendUdpPayloadSize(MAX_DATAGRAM);
    config.setMaxRecvUdpPayloadSize(MAX_DATAGRAM);
    config.setInitialMaxData(CONNECTION_WINDOW);
    config.setInitialMaxStreamDataBidiLocal(STREAM_WINDOW);
    config.setInitialMaxStreamDataBidiRemote(STREAM_WINDOW);
    config.setMaxConnectionWindow(CONNECTION_WINDOW);
    config.setMaxStreamWindow(STREAM_WINDOW);
    config.setInitialMaxStreamsBidi(100);
    config.enablePacing(false);
    config.setDisableActiveMigration(true);
    config.grease(false);
    return config;
  }
}

/** A connection of quiche's. It alone holds the native object. */
class QuicheConnection implements QuicConnection {
  readonly localId: Buffer;
  readonly #native: Connection;
  #established = false;
  #peerMaxDatagram = 0;

  constructor(native: Connection, id: Buffer) {
    this.#native = native;
    this.localId = id;
  }

  get established(): boolean {
    this.#established ||= this.#native.isEstablished();
    return this.#established;
  }

  get ended(): boolean {
    return this.#native.isDraining() || this.#native.isClosed();
  }

  get closed(): boolean {
    return this.#native.isClosed();
  }

  get peerMaxDatagram(): number {
    if (this.#peerMaxDatagram === 0 && this.established) {
      this.#peerMaxDatagram = this.#native.stats().peerMaxUdpPayloadSize;
    }
    return this.#peerMaxDatagram;
  }

  get readable(): boolean {
    return this.#native.streamReadable(STREAM);
  }

  losses(): QuicLosses {
    const { lost, lostBytes } = this.#native.stats();
    return { datagrams: lost, bytes: lostBytes };
  }

  peerCertificates(): readonly Uint8Array[] {
    return this.#native.peerCertChain() ?? [];
  }

  receive(datagram: Buffer): void {
    try {
      this.#native.recv(datagram, RECEIVED);
    } catch {
      // A datagram that is no part of the connection is dropped; what breaks the connection shows in `end`.
    }
  }

  send(room: Buffer): number {
    try {
      return this.#native.send(room)?.[0] ?? 0;
    } catch {
      return 0;
    }
  }

  timeout(): number | undefined {
    return this.#native.timeout() ?? undefined;
  }

  handleTimeout(): void {
    this.#native.onTimeout();
  }

  keepAlive(): void {
    try {
      this.#native.sendAckEliciting();
    } catch {
      // The connection has just ended; there is nothing to keep.
    }
  }

  read(room: Buffer): readonly [number, boolean] | undefined {
    if (!this.readable) return undefined;
    return this.#native.streamRecv(STREAM, room) ?? undefined;
  }

  write(chunk: Buffer, finish: boolean): number {
    const taken = this.#native.streamSend(STREAM, chunk, finish);
    return taken ?? (finish ? -1 : 0);
  }

  streamDone(): boolean {
    try {
      this.#native.streamCapacity(STREAM);
      return false;
    } catch {
      return true;
    }
  }

  close(application: boolean, code: number, reason: string): void {
    try {
      this.#native.close(application, code, Buffer.from(reason));
    } catch {
      // It was closed already.
    }
  }

  end(): QuicEnd | undefined {
    const peer = this.#native.peerError();
    if (peer !== null) return toEnd('peer', peer);
    if (this.#native.isTimedOut()) {
      return { by: 'timeout', application: false, code: 0, reason: 'no recent network activity' };
    }
    const local = this.#native.localError();
    return local === null ? undefined : toEnd('local', local);
  }
}

function toEnd(
  by: 'peer' | 'local',
  error: { isApp: boolean; errorCode: number; reason: Uint8Array },
): QuicEnd {
  return {
    by,
    application: error.isApp,
    code: error.errorCode,
    reason: Buffer.from(error.reason).toString('utf8'),
  };
}
