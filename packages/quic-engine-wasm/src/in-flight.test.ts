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

/** One stream flat out over a path whose delay in each direction is first one, then another for good. */
async function use(
  bytesPerMs: number,
  [firstMs, delayMs]: readonly [number, number],
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
  const [changes, settled, ends] = [now + 500, now + 1_500, now + 2_500];
  const waits: number[] = [];
  let received = 0;
  const write = (): void => {
    while (dialer.established && dialer.write(chunk, false) > 0);
  };
  while (now < ends) {
    there.delayMs = back.delayMs = now < changes ? firstMs : delayMs;
    for (let each = there.take(); each !== undefined; each = there.take()) listener.receive(each);
    for (let each = back.take(); each !== undefined; each = back.take()) dialer.receive(each);
    for (let read = listener.read(room); read !== undefined; read = listener.read(room))
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
  ['to a node near', [2, 2], 100_000, 8],
  ['to a node far away', [40, 40], 30_000, 25],
  ['over a path that has become longer', [1, 20], 50_000, 20],
  ['over a path that has become shorter', [40, 2], 50_000, 20],
] as const)(
  'what is in flight %s fills the path and waits some milliseconds',
  async (_where, delays, bytesPerMs, mostMs) => {
    const { waitMs, share } = await use(bytesPerMs, delays);
    expect(waitMs).toBeLessThan(mostMs);
    expect(share).toBeGreaterThan(0.95);
  },
  60_000,
);
