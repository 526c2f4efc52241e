import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { MAX_DATAGRAM, MIN_DATAGRAM, type QuicIdentity } from '@receptorjs/quic-engine';
import type { Subject } from './subject.js';
import { makeLink } from './ends.js';
import type { Link, Way } from './link.js';
import { openStream, transfer } from './transfer.js';

/** Keys are changed after so many packets. */
const PACKETS_PER_KEY = 100_000;

/** Ways that lose, repeat, reorder, cut and spoil. */
export function pathCases(subject: Subject): void {
  let server: QuicIdentity;
  beforeAll(() => {
    server = subject.identities.issue('way', { key: 'p256' });
  });

  async function open(way: Way = {}): Promise<Link> {
    const link = await makeLink(subject.engine, { server, way }).connect();
    await openStream(link);
    return link;
  }

  const scale = subject.short ? 8 : 1;

  it.each<[string, Way, number]>([
    ['that loses 1 %', { loss: 0.01 }, 4_000_000],
    ['that loses 10 %', { loss: 0.1 }, 500_000],
    ['that loses 1 % of small datagrams', { loss: 0.01, size: () => MIN_DATAGRAM }, 2_000_000],
    ['that loses 10 % of small datagrams', { loss: 0.1, size: () => MIN_DATAGRAM }, 300_000],
    ['that changes the order', { late: 0.2 }, 4_000_000],
    ['that delivers twice', { duplicates: 0.3 }, 4_000_000],
    ['that does all of that', { loss: 0.03, late: 0.1, duplicates: 0.1 }, 1_000_000],
  ])(
    'carries everything over one %s',
    async (_what, way, total) => {
      const link = await open();
      link.way = way;
      expect(await transfer(link, link.dialer, link.listener, total / scale)).toBe(true);
      expect(await transfer(link, link.listener, link.dialer, total / scale)).toBe(true);
      link.release();
    },
    60_000,
  );

  it('keeps to the size of the way, which changes', async () => {
    let at = 0;
    const sizes = [1_200, 1_452, 16_000, 9_000, 1_201, 4_096, 1_200, 15_999];
    const longest = new Map<number, number>();
    let size = MIN_DATAGRAM;
    const link = await open({
      size: () => (size = sizes[(at++ >> 5) % sizes.length] ?? MIN_DATAGRAM),
      passes: ({ length }) => longest.set(size, Math.max(length, longest.get(size) ?? 0)),
    });
    expect(await transfer(link, link.dialer, link.listener, 8_000_000 / scale)).toBe(true);
    for (const [room, length] of longest) {
      expect(length).toBeLessThanOrEqual(room);
      // The room is used.
      expect(length).toBeGreaterThan(room * 0.9);
    }
    expect(longest.size).toBeGreaterThan(6);
    link.release();
  });

  it('uses no more than 1,200 bytes before the handshake is over', async () => {
    const lengths: number[] = [];
    const link = makeLink(subject.engine, {
      server,
      way: { passes: ({ length }) => lengths.push(length) },
    });
    await link.connect();
    expect(lengths[0]).toBe(MIN_DATAGRAM);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MIN_DATAGRAM);
    link.release();
  });

  it('changes its keys on the way', async () => {
    const link = await open({ size: () => MIN_DATAGRAM });
    const packets = subject.short ? 3_000 : 1.15 * PACKETS_PER_KEY;
    const total = Math.round(packets) * 1_150;
    expect(await transfer(link, link.dialer, link.listener, total)).toBe(true);
    expect(link.sent).toBeGreaterThan(packets);
    expect(await transfer(link, link.listener, link.dialer, 1_000_000)).toBe(true);
    link.release();
  }, 120_000);

  it('is not disturbed by what is no datagram of it', async () => {
    const link = await open();
    const samples: Buffer[] = [];
    link.way = { passes: (datagram) => samples.push(Buffer.from(datagram)) };
    expect(await transfer(link, link.dialer, link.listener, 200_000)).toBe(true);
    link.way = {};
    const short = (id: Buffer, length: number): Buffer =>
      Buffer.concat([Buffer.from([0x40]), id, randomBytes(length)]);
    for (const end of [link.dialer, link.listener]) {
      for (let length = 0; length < 300; length++) end.receive(randomBytes(length));
      for (let length = 0; length < 60; length++) end.receive(short(end.localId, length));
      end.receive(randomBytes(MAX_DATAGRAM));
      end.receive(randomBytes(65_535));
      for (const sample of samples.slice(0, 50)) {
        end.receive(Buffer.from(sample));
        end.receive(Buffer.from(sample.subarray(0, sample.length >> 1)));
        const spoilt = Buffer.from(sample);
        spoilt[spoilt.length - 1] = (spoilt[spoilt.length - 1] ?? 0) ^ 1;
        end.receive(spoilt);
      }
    }
    expect(await transfer(link, link.listener, link.dialer, 200_000)).toBe(true);
    link.release();
  });

  it('lets a listener stand what is no beginning', async () => {
    const first = makeLink(subject.engine, { server });
    const beginnings: Buffer[] = [];
    first.way = { passes: (datagram) => beginnings.push(Buffer.from(datagram)) };
    await first.connect();
    first.release();
    const [initial = Buffer.alloc(0)] = beginnings;
    const acceptor = subject.engine.acceptor(server, { clients: 'unasked', ca: undefined });
    for (let at = 0; at < initial.length; at += 7) {
      const listener = acceptor.accept();
      const spoilt = Buffer.from(initial);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0x55;
      listener.receive(spoilt);
      listener.receive(initial.subarray(0, at));
      listener.send(Buffer.alloc(MIN_DATAGRAM));
      expect(listener.established).toBe(false);
      listener.release();
    }
    const link = await open();
    expect(await transfer(link, link.dialer, link.listener, 10_000)).toBe(true);
    link.release();
  });
}
