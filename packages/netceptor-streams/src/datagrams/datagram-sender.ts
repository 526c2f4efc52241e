import type { OutgoingPath } from '@receptorjs/netceptor';
import {
  MAX_DATAGRAM,
  MIN_DATAGRAM,
  type QuicConnection,
  type QuicLosses,
} from '@receptorjs/quic-engine';
import { DatagramSize } from './datagram-size.js';
import { HandshakeFlight } from './handshake-flight.js';

/** How much a connection sends before the others get their turn, in bytes. */
const TURN_BYTES = 2 * MAX_DATAGRAM;
/** Of a datagram that is full so much is not the stream's at most, in bytes: its headers, acknowledgements, the tag. */
const AROUND_BYTES = 256;

/**
 * Why a turn of sending ended: nothing is left or there is no route, what is left fills no datagram, the turn is over, or the
 * link takes no more before or after something was sent.
 */
export type TurnEnd = 'nothing-left' | 'held-back' | 'turn-over' | 'starved' | 'blocked';

/** What is sent. */
export interface Sending {
  /** It begins the connection, and is to be repeated while it is not answered. */
  readonly beginning: boolean;
  /** Datagrams that are full alone. */
  readonly fullOnly: boolean;
}

/**
 * Moves what a QUIC connection wants to send onto the path to its peer, in datagrams that the path carries; what a
 * handshake said last is said again while no answer comes. It alone writes its fields.
 */
export class DatagramSender {
  readonly #quic: QuicConnection;
  readonly #path: OutgoingPath;
  readonly #flight = new HandshakeFlight();
  readonly #size = new DatagramSize();
  /** Bytes of the stream that were written and not sent so far; less when others were sent again. */
  #unsent = 0;

  constructor(quic: QuicConnection, path: OutgoingPath) {
    this.#quic = quic;
    this.#path = path;
  }

  /** The largest datagram that is sent at present, in bytes. */
  get maxDatagram(): number {
    return Math.min(this.#quic.peerMaxDatagram, this.#size.limit, this.#path.maxPayloadBytes);
  }

  /** When {@link repeat} is to be called. */
  get repeatAt(): number {
    return this.#flight.dueAt;
  }

  /** A datagram of the peer arrived. */
  received(): void {
    this.#flight.received();
  }

  /** So many bytes of the stream were written. */
  written(bytes: number): void {
    if (bytes > 0) this.#unsent += bytes;
  }

  /** Sends what there is, up to a turn's worth. */
  send(now: number, { beginning, fullOnly }: Sending): TurnEnd {
    for (let sent = 0; sent < TURN_BYTES;) {
      const { maxPayloadBytes } = this.#path;
      const size = Math.min(
        this.#size.next(now),
        maxPayloadBytes,
        this.#quic.peerMaxDatagram || MIN_DATAGRAM,
      );
      if (fullOnly && this.#unsent + AROUND_BYTES < size) return 'held-back';
      const room = this.#path.reserve(Math.max(MIN_DATAGRAM, size));
      if (room === undefined) {
        if (!this.#path.hasRoute) return 'nothing-left';
        return sent === 0 ? 'starved' : 'blocked';
      }
      const length = this.#quic.send(room);
      if (length > 0 && beginning) this.#flight.sent(now, room.subarray(0, length));
      this.#path.commit(length);
      if (length === 0) return 'nothing-left';
      sent += length;
      this.#unsent = Math.max(0, this.#unsent - length);
      this.#size.sent(length, now, this.#losses);
      if (this.#size.isEvaluationDue) this.#size.evaluate(now, this.#losses());
    }
    return 'turn-over';
  }

  /** Says again what the handshake said last. */
  repeat(now: number): void {
    for (const datagram of this.#flight.repeat(now)) {
      const room = this.#path.reserve(datagram.length);
      if (room === undefined) return;
      this.#path.commit(datagram.copy(room));
    }
  }

  /** Nothing is repeated any more: the handshake is over. */
  endRepeating(): void {
    this.#flight.end();
  }

  /** A time of QUIC's was due: `inVain` when it may have waited for an answer until then. */
  timedOut(now: number, inVain: boolean): void {
    if (inVain) this.#size.timedOut(now, this.#losses());
    else this.#size.evaluate(now, this.#losses());
  }

  /** A node on the path could not hand a datagram on for its length; `maxBytes` is what it could, where it says so. */
  tooLarge(now: number, maxBytes: number | undefined): void {
    this.#size.refused(now, maxBytes);
    this.#quic.keepAlive();
  }

  /** The route changed; false when there is none. What was lost on the old one shows with the next answer. */
  routeChanged(): boolean {
    if (!this.#path.hasRoute) return false;
    this.#size.routeChanged();
    this.#quic.keepAlive();
    return true;
  }

  readonly #losses = (): QuicLosses => this.#quic.losses();
}
