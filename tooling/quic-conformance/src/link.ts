import { setTimeout as sleep } from 'node:timers/promises';
import type { QuicConnection } from '@receptorjs/quic-engine';
import { MAX_DATAGRAM } from '@receptorjs/quic-engine';
import { seededRandom } from './seeded-random.js';

/** What happens to datagrams on their way; shares are between 0 and 1. */
export interface Way {
  /** The room that a sender gets for its next datagram, in bytes. */
  readonly size?: () => number;
  readonly loss?: number;
  readonly duplicates?: number;
  /** The share that arrives after those sent later. */
  readonly late?: number;
  /** Sees each datagram before it arrives. */
  readonly passes?: (datagram: Buffer) => void;
}

/** How long nothing may move before a test has failed, in milliseconds. */
const PATIENCE_MS = 20_000;
/** How many datagrams a sender puts on the way before the other end gets its turn. */
const BURST = 32;

/** Two ends in one process and the way between them, which is the same in each run. It alone writes its fields. */
export class Link {
  readonly dialer: QuicConnection;
  readonly listener: QuicConnection;
  way: Way;
  /** Datagrams that were sent. */
  sent = 0;
  readonly #random = seededRandom(1);
  #late: (() => void)[] = [];
  readonly #room = Buffer.alloc(MAX_DATAGRAM);

  constructor(dialer: QuicConnection, listener: QuicConnection, way: Way = {}) {
    this.dialer = dialer;
    this.listener = listener;
    this.way = way;
  }

  /** Moves datagrams and time until `done`, calling `work` in between. */
  async until(done: () => boolean, work: () => void = () => undefined): Promise<void> {
    const start = performance.now();
    for (let quietSince = start; ;) {
      work();
      const moved = this.flush();
      if (done()) return;
      const now = performance.now();
      if (moved) quietSince = now;
      else if (now > quietSince + PATIENCE_MS) throw new Error('nothing moves any more');
      if (!moved) await this.#wait();
    }
  }

  /** Moves what both ends have to say now; false when that was nothing. */
  flush(): boolean {
    const there = this.#move(this.dialer, this.listener);
    const back = this.#move(this.listener, this.dialer);
    return there || back;
  }

  /** Resolves when both ends know of the other, or one has ended. */
  async connect(): Promise<this> {
    await this.until(
      () =>
        (this.dialer.established && this.listener.established) ||
        (this.dialer.ended && this.listener.ended),
    );
    return this;
  }

  release(): void {
    this.dialer.release();
    this.listener.release();
  }

  #move(from: QuicConnection, to: QuicConnection): boolean {
    let moved = false;
    for (let count = 0; count < BURST; count++) {
      const size = this.way.size?.() ?? MAX_DATAGRAM;
      const length = from.send(this.#room.subarray(0, size));
      if (length === 0) break;
      if (length > size) throw new Error(`a datagram of ${length} bytes in a room of ${size}`);
      moved = true;
      this.sent++;
      this.#carry(Buffer.from(this.#room.subarray(0, length)), to);
    }
    for (const arrive of this.#late.splice(0)) arrive();
    return moved;
  }

  #carry(datagram: Buffer, to: QuicConnection): void {
    const { loss = 0, duplicates = 0, late = 0, passes } = this.way;
    passes?.(datagram);
    if (this.#random() < loss) return;
    const copy = Buffer.from(datagram);
    if (this.#random() < late) this.#late.push(() => to.receive(datagram));
    else to.receive(datagram);
    if (this.#random() < duplicates) to.receive(copy);
  }

  async #wait(): Promise<void> {
    const ends = [this.dialer, this.listener];
    const next = Math.min(...ends.map((end) => end.timeout() ?? 100));
    await sleep(Math.max(1, Math.min(100, Math.ceil(next))));
    for (const end of ends) if (end.timeout() === 0) end.handleTimeout();
  }
}
