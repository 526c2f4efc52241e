import { TestIdentities } from '@receptorjs/tooling-quic-conformance';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MAX_DATAGRAM } from '@receptorjs/quic-engine';
import { loadEngine } from './load-engine.js';

/** The engine's clock, in milliseconds. */
let now = 0;
beforeEach(() => {
  now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** A datagram on its way, and when it is there. */
interface UnderWay {
  readonly datagram: Buffer;
  readonly at: number;
}

/** One direction of a path that loses nothing: what comes faster than it carries waits. It alone writes its fields. */
class Direction {
  /** How long it takes what does not wait, in milliseconds; written by the test. */
  delayMs = 0;
  readonly #underWay: UnderWay[] = [];
  #freeAt = 0;

  constructor(private readonly bytesPerMs: number) {}

  /** How long what is sent now waits, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, this.#freeAt - now);
  }

  get nextAt(): number {
    return this.#underWay[0]?.at ?? Infinity;
  }

  send(datagram: Buffer): void {
    this.#freeAt = Math.max(this.#freeAt, now) + datagram.length / this.bytesPerMs;
    this.#underWay.push({ datagram: Buffer.from(datagram), at: this.#freeAt + this.delayMs });
  }

  take(): Buffer | undefined {
    return this.nextAt <= now ? this.#underWay.shift()?.datagram : undefined;
  }
}

/** How the path of a stream was used, once the stream had settled. */
interface Use {
  /** How long a datagram waited, at the 99th percentile, in milliseconds. */
  readonly waitMs: number;
  /** The share of what the path carries. */
  readonly share: number;
}

/** What happens before a stream is measured. */
interface Before {
  /** The delay of the path in each direction, before and after half a second, in milliseconds. */
  readonly delays: readonly [number, number];
  /** For how long it has little to say at first, in milliseconds. */
  readonly quietMs?: number;
  /** For how long it is not read after that, in milliseconds. */
  readonly unreadMs?: number;
}

/** One stream, flat out in the end; it is measured in the second after one and a half more. */
async function use(
  bytesPerMs: number,
  { delays: [firstMs, delayMs], quietMs = 0, unreadMs = 0 }: Before,
): Promise<Use> {
  const identities = new TestIdentities();
  const server = identities.issue('far', { key: 'p256' });
  identities.remove();
  const engine = await loadEngine();
  const dialer = engine.connector({ ca: undefined, identity: undefined }).connect();
  const listener = engine.acceptor(server, { clients: 'unasked', ca: undefined }).accept();
  const [there, back] = [new Direction(bytesPerMs), new Direction(bytesPerMs)];
  const room = Buffer.alloc(MAX_DATAGRAM);
  const chunk = Buffer.alloc(65_536, 'stream');
  const [changes, full] = [now + 500, now + quietMs];
  const [settled, ends] = [full + unreadMs + 1_500, full + unreadMs + 2_500];
  const waits: number[] = [];
  let received = 0;
  let saidAt = now;
  const write = (): void => {
    if (!dialer.established) return;
    if (now >= full) while (dialer.write(chunk, false) > 0);
    else if (now >= saidAt + 50) {
      saidAt = now;
      dialer.write(chunk.subarray(0, 100), false);
    }
  };
  while (now < ends) {
    there.delayMs = back.delayMs = now < changes ? firstMs : delayMs;
    for (let each = there.take(); each !== undefined; each = there.take()) listener.receive(each);
    for (let each = back.take(); each !== undefined; each = back.take()) dialer.receive(each);
    const reads = now < full + 500 || now >= full + 500 + unreadMs;
    for (
      let read = reads ? listener.read(room) : undefined;
      read !== undefined;
      read = listener.read(room)
    )
      if (now >= settled) received += read[0];
    write();
    for (let length = dialer.send(room); length > 0; length = dialer.send(room)) {
      there.send(room.subarray(0, length));
      write();
    }
    for (let length = listener.send(room); length > 0; length = listener.send(room))
      back.send(room.subarray(0, length));
    if (now >= settled) waits.push(there.waitMs);
    const due = [dialer, listener].map((end) => now + (end.timeout() ?? Infinity));
    if (now < full) due.push(saidAt + 50);
    if (!reads) due.push(full + 500 + unreadMs);
    now = Math.max(now + 0.01, Math.min(there.nextAt, back.nextAt, ...due));
    for (const end of [dialer, listener]) if (end.timeout() === 0) end.handleTimeout();
  }
  dialer.release();
  listener.release();
  waits.sort((a, b) => a - b);
  return {
    waitMs: waits[Math.floor(waits.length * 0.99)] ?? Infinity,
    share: received / bytesPerMs / (ends - settled),
  };
}

it.each([
  ['to a node near', { delays: [2, 2] }, 100_000, 6],
  ['to a node far away', { delays: [40, 40] }, 30_000, 25],
  ['over a path that has become longer', { delays: [1, 20] }, 50_000, 20],
  ['over a path that has become shorter', { delays: [40, 2] }, 50_000, 16],
  ['after a quiet while', { delays: [40, 40], quietMs: 2_000 }, 30_000, 25],
  ['after it was not read for long', { delays: [20, 20], unreadMs: 3_000 }, 30_000, 20],
] as const)(
  'what is in flight %s fills the path and waits some milliseconds',
  async (_where, before, bytesPerMs, mostMs) => {
    const { waitMs, share } = await use(bytesPerMs, before);
    expect(waitMs).toBeLessThan(mostMs);
    expect(share).toBeGreaterThan(0.95);
  },
  60_000,
);
