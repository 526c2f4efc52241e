import type { Quiche } from '@matrixai/quic/native/quiche.js';
import type { Connection } from '@matrixai/quic/native/types.js';
import {
  callVerifier,
  reasonBytes,
  StreamCanceled,
  type QuicConnection,
  type QuicEnd,
  type QuicVerifier,
  type QuicLosses,
  type QuicRefusal,
} from '@receptorjs/quic-engine';
import { LOCAL, REMOTE } from './addresses.js';

/** The one stream of a connection: the first that a dialer can open in both directions. */
const STREAM = 0;
const RECEIVED = { from: REMOTE, to: LOCAL };
/** QUIC's codes for alerts of TLS begin here. */
const CRYPTO_ERROR = 0x100;

/**
 * A connection of quiche's, which can't ask its owner during the handshake: the peer is verified as soon as that is done, and
 * refused by an alert after what ends it. It alone holds the native object and writes its fields.
 */
export class QuicheConnection implements QuicConnection {
  readonly localId: Buffer;
  readonly #native: Connection;
  readonly #directions: Quiche['Shutdown'];
  readonly #verifier: QuicVerifier | undefined;
  #verified: 'not yet' | 'good' | 'refused' = 'not yet';
  /** Why the peer is refused, until that has been sent. */
  #refusal: QuicRefusal | undefined;
  #peerMaxDatagram = 0;
  #released = false;

  constructor(
    { Shutdown }: Quiche,
    native: Connection,
    id: Buffer,
    verifier: QuicVerifier | undefined,
  ) {
    this.#directions = Shutdown;
    this.#native = native;
    this.#verifier = verifier;
    this.localId = id;
  }

  get established(): boolean {
    return this.#verified === 'good';
  }

  get ended(): boolean {
    return this.closed || this.#native.isDraining();
  }

  get closed(): boolean {
    return this.#released || this.#native.isClosed();
  }

  get peerMaxDatagram(): number {
    if (this.#peerMaxDatagram === 0 && this.established) {
      this.#peerMaxDatagram = this.#native.stats().peerMaxUdpPayloadSize;
    }
    return this.#peerMaxDatagram;
  }

  get readable(): boolean {
    return !this.#released && this.#native.streamReadable(STREAM);
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
    if (this.#verified === 'not yet' && this.#native.isEstablished()) this.#verifyPeer();
  }

  send(room: Buffer): number {
    const length = this.#sendNext(room);
    if (length > 0 || this.#refusal === undefined) return length;
    // The peer can read why only once it has what ends the handshake.
    const { alert, message } = this.#refusal;
    this.#refusal = undefined;
    this.#end(false, CRYPTO_ERROR + alert, message);
    return this.#sendNext(room);
  }

  timeout(): number | undefined {
    return this.#native.timeout() ?? undefined;
  }

  handleTimeout(): boolean {
    this.#native.onTimeout();
    // Nothing says which time it was; acknowledgements have none here.
    return true;
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
    try {
      return this.#native.streamRecv(STREAM, room) ?? undefined;
    } catch (error) {
      throw new StreamCanceled('reading', codeOf(error));
    }
  }

  write(chunk: Buffer, finish: boolean): number {
    if (this.#released) return finish ? -1 : 0;
    try {
      const taken = this.#native.streamSend(STREAM, chunk, finish);
      if (taken === null) this.#throwIfStopped();
      return taken ?? (finish ? -1 : 0);
    } catch (error) {
      if (error instanceof StreamCanceled) throw error;
      throw new StreamCanceled('writing', codeOf(error));
    }
  }

  cancel(code: number): void {
    for (const direction of [this.#directions.Write, this.#directions.Read]) {
      try {
        this.#native.streamShutdown(STREAM, direction, code);
      } catch {
        // That direction was over already.
      }
    }
  }

  streamDone(): boolean {
    try {
      this.#native.streamCapacity(STREAM);
      return false;
    } catch {
      return true;
    }
  }

  close(code: number, reason: string): void {
    this.#end(true, code, reason);
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

  release(): void {
    this.#released = true;
  }

  /** Writing does not say that the peer reads no more while it is blocked. */
  #throwIfStopped(): void {
    try {
      this.#native.streamCapacity(STREAM);
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined) throw new StreamCanceled('writing', code);
    }
  }

  #verifyPeer(): void {
    this.#refusal = callVerifier(this.#verifier, this.peerCertificates());
    this.#verified = this.#refusal === undefined ? 'good' : 'refused';
  }

  #sendNext(room: Buffer): number {
    if (this.#released) return 0;
    try {
      return this.#native.send(room)?.[0] ?? 0;
    } catch {
      return 0;
    }
  }

  #end(application: boolean, code: number, reason: string): void {
    try {
      this.#native.close(application, code, reasonBytes(reason));
    } catch {
      // It was closed already.
    }
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

/** The code that the binding writes into its message: `StreamReset(499)`. */
function codeOf(error: unknown): number | undefined {
  const match = /Stream(?:Reset|Stopped)\((\d+)\)/.exec(String(error));
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
