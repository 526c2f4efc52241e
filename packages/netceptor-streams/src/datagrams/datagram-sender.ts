import type { OutgoingPath } from '@receptorjs/netceptor';
import { MIN_DATAGRAM, type QuicConnection, type QuicLosses } from '@receptorjs/quic-engine';
import { DatagramSize } from './datagram-size.js';
import { HandshakeFlight } from './handshake-flight.js';

/** How much a connection sends before the others get their turn, in bytes. */
const TURN_BYTES = 65_536;

/**
 * Why a turn of sending ended: nothing is left or there is no route, the turn is over, or the link takes no more before
 * or after something was sent.
 */
export type TurnEnd = 'nothing-left' | 'turn-over' | 'starved' | 'blocked';

/**
 * Moves what a QUIC connection wants to send onto the path to its peer, in datagrams that the path carries; what a
 * handshake said last is said again while no answer comes. It alone writes its fields.
 */
export class DatagramSender {
  readonly #quic: QuicConnection;
  readonly #path: OutgoingPath;
  readonly #flight = new HandshakeFlight();
  readonly #size = new DatagramSize();

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

  /** Sends what there is, up to a turn's worth. `beginning` for what is to be repeated while it is not answered. */
  send(now: number, beginning: boolean): TurnEnd {
    for (let sent = 0; sent < TURN_BYTES;) {
      const { maxPayloadBytes } = this.#path;
      const size = Math.min(this.#size.next(now), maxPayloadBytes);
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
