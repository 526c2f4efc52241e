import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import {
  MAX_DATAGRAM,
  MIN_DATAGRAM,
  type QuicAcceptor,
  type QuicConnection,
  type QuicConnector,
} from '@receptorjs/quic-engine';
import type { Subject } from './subject.js';
import { openInitial, sealInitial, type InitialPacket } from './initial-packets.js';
import { Link } from './link.js';
import { seededRandom } from './seeded-random.js';
import { openStream, transfer } from './transfer.js';

/** QUIC's code for the alert no_application_protocol. */
const NO_PROTOCOL = 0x178;
/** How much one end says in a handshake before the other has its turn, in datagrams. */
const MAX_FLIGHT = 10;

/** Peers that say what no peer should: the keys of Initial packets are no secret, so that any peer can seal such. */
export function hostileCases(subject: Subject): void {
  const rounds = subject.short ? 100 : 1_000;
  let connector: QuicConnector;
  let acceptor: QuicAcceptor;
  beforeAll(() => {
    const server = subject.identities.issue('hostile', { key: 'p256' });
    connector = subject.engine.connector({ ca: undefined, identity: undefined });
    acceptor = subject.engine.acceptor(server, { clients: 'unasked', ca: undefined });
  });

  const begin = (): Promise<Link> => new Link(connector.connect(), acceptor.accept()).connect();

  /** Connections of before and after still work, so that nothing has failed but what was to fail. */
  async function leavesOthersAlone(attack: (standing: Link) => void): Promise<void> {
    const standing = await begin();
    await openStream(standing);
    attack(standing);
    expect(await transfer(standing, standing.dialer, standing.listener, 50_000)).toBe(true);
    standing.release();
    (await begin()).release();
  }

  /** All that an end has to say; it has ended as soon as it says how. */
  function outcome(end: QuicConnection): Buffer[] {
    const flight = sayAll(end);
    expect(end.established).toBe(false);
    if (end.end() !== undefined) expect(end.ended).toBe(true);
    return flight;
  }

  it('refuses a dialer of another protocol at once, in both words and alert', () => {
    const dialer = connector.connect();
    const listener = acceptor.accept();
    const first = openInitial(sayOne(dialer), 'client');
    const at = first.payload.indexOf('netceptor');
    expect(at).toBeGreaterThan(0);
    const payload = Buffer.from(first.payload);
    payload.write('spaceship', at);
    listener.receive(sealInitial({ ...first, payload }, 'client'));
    for (const answer of outcome(listener)) dialer.receive(answer);
    expect(listener.end()).toMatchObject({ by: 'local', application: false, code: NO_PROTOCOL });
    expect(dialer.end()).toMatchObject({ by: 'peer', application: false, code: NO_PROTOCOL });
    listener.release();
    dialer.release();
  });

  it('stands whatever dialers begin with', () =>
    leavesOthersAlone(() => {
      const random = seededRandom(1);
      const dialer = connector.connect();
      const first = openInitial(sayOne(dialer), 'client');
      dialer.release();
      for (let round = 0; round < rounds; round++) {
        const listener = acceptor.accept();
        const destination = randomBytes(8 + (round % 13));
        const spoilt = { ...first, destination, payload: spoil(first.payload, random) };
        listener.receive(sealInitial(spoilt, 'client'));
        outcome(listener);
        listener.release();
      }
    }));

  it('stands whatever listeners answer', () =>
    leavesOthersAlone(() => {
      const random = seededRandom(2);
      for (let round = 0; round < rounds / 5; round++) {
        const dialer = connector.connect();
        const listener = acceptor.accept();
        const hello = sayOne(dialer);
        listener.receive(Buffer.from(hello));
        const { destination: id } = openInitial(hello, 'client');
        const answer = openInitial(sayOne(listener), 'server', id);
        const spoilt: InitialPacket = { ...answer, payload: spoil(answer.payload, random) };
        dialer.receive(sealInitial(spoilt, 'server', id));
        // What is spoilt may only have acknowledged.
        sayAll(dialer);
        if (dialer.end() !== undefined) expect(dialer.ended).toBe(true);
        listener.release();
        dialer.release();
      }
    }));

  it('stands samples of header protection that are no cipher text', () =>
    leavesOthersAlone((standing) => {
      for (const end of [standing.dialer, standing.listener]) {
        for (const byte of [0x00, 0xff]) {
          const rest = Buffer.alloc(100, byte);
          end.receive(Buffer.concat([Buffer.from([0x40]), end.localId, rest]));
          end.receive(Buffer.concat([Buffer.from([0x40]), end.localId, rest.subarray(0, 20)]));
        }
      }
    }));

  it('is not disturbed by spoilt copies of all that is said', async () => {
    const random = seededRandom(3);
    const link = new Link(connector.connect(), acceptor.accept());
    const arrived: Buffer[] = [];
    link.way = { size: () => MIN_DATAGRAM, passes: (datagram) => arrived.push(datagram) };
    const spoiltArrive = (): void => {
      for (const datagram of arrived.splice(0)) {
        for (const end of [link.dialer, link.listener]) {
          end.receive(spoil(datagram, random));
          end.receive(datagram.subarray(0, Math.floor(random() * datagram.length)));
        }
      }
    };
    await link.until(() => link.dialer.established && link.listener.established, spoiltArrive);
    await openStream(link);
    spoiltArrive();
    expect(await transfer(link, link.dialer, link.listener, 300_000)).toBe(true);
    spoiltArrive();
    expect(await transfer(link, link.listener, link.dialer, 100_000)).toBe(true);
    link.release();
  });
}

function sayOne(end: QuicConnection): Buffer {
  const room = Buffer.alloc(MAX_DATAGRAM);
  return room.subarray(0, end.send(room));
}

function sayAll(end: QuicConnection): Buffer[] {
  const flight: Buffer[] = [];
  while (flight.length < MAX_FLIGHT) {
    const datagram = sayOne(end);
    if (datagram.length === 0) break;
    flight.push(datagram);
  }
  return flight;
}

/** A copy with up to four bytes or stretches of it changed, in front of the padding. */
function spoil(bytes: Buffer, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit);
  const spoilt = Buffer.from(bytes);
  let end = bytes.length;
  while (end > 1 && bytes[end - 1] === 0) end--;
  for (let changes = below(4); changes >= 0; changes--) {
    const at = below(end);
    const kind = below(4);
    if (kind === 0) spoilt[at] = below(256);
    else if (kind === 1) spoilt[at] = (spoilt[at] ?? 0) ^ (1 << below(8));
    else if (kind === 2) spoilt.copy(spoilt, at, below(end), end);
    else spoilt.fill(0xff, at, Math.min(end, at + 8));
  }
  return spoilt;
}
