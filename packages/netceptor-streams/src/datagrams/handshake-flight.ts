import { isInitial, MIN_DATAGRAM } from '@receptorjs/quic-engine';

/** How long a handshake waits before it says again what was not answered; twice as long each time after. */
const FIRST_REPEAT_MS = 200;
/** The most datagrams kept: a handshake says what it has to in one to four. */
const MAX_DATAGRAMS = 8;

/**
 * What one end of a handshake said last. While no answer comes it is said again, byte for byte: QUIC does so by itself,
 * but only after a second, and what begins a connection is lost easily in a mesh where a node on the path does not know
 * the other end yet. A peer drops what it gets twice. It alone writes its fields.
 *
 * See docs/decisions/0015-first-words-are-repeated.md.
 */
export class HandshakeFlight {
  #datagrams: Buffer[] = [];
  #answered = false;
  #waitMs = FIRST_REPEAT_MS;
  #dueAt = Infinity;

  /** When {@link repeat} is to be called; `Infinity` when there is nothing to say again. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Something was received: what is sent from now on takes the place of what was sent before. */
  received(): void {
    this.#answered = true;
  }

  /** Remembers a datagram that was sent. */
  sent(now: number, datagram: Buffer): void {
    // What QUIC has not filled up to a whole datagram only acknowledges (RFC 9000, 14.1).
    if (isInitial(datagram) && datagram.length < MIN_DATAGRAM) return;
    if (this.#answered) this.end();
    this.#answered = false;
    if (this.#datagrams.length >= MAX_DATAGRAMS) return;
    this.#datagrams.push(Buffer.from(datagram));
    this.#dueAt = now + this.#waitMs;
  }

  /** The datagrams to be sent once more. */
  repeat(now: number): readonly Buffer[] {
    this.#waitMs *= 2;
    this.#dueAt = now + this.#waitMs;
    return this.#datagrams;
  }

  /** Forgets everything: the handshake is over. */
  end(): void {
    this.#datagrams = [];
    this.#waitMs = FIRST_REPEAT_MS;
    this.#dueAt = Infinity;
  }
}
