import { SimulatedMesh } from '@receptorjs/netceptor-simulator';
import { describe, expect, it } from 'vitest';
import { encodeReject } from '../../wire/reject.js';
import { encodeRoutingUpdate } from '../../wire/routing-update.js';
import { LinkHealth } from './link-health.js';
import { RoundTripTime } from './round-trip-time.js';

describe('round-trip times', () => {
  it('are the least of the first four, and smoothed as RFC 6298 has it after them', () => {
    const times = new RoundTripTime();
    times.add(88);
    expect(times.times).toEqual({ smoothed: 88, deviation: 44, least: 88 });
    for (const sample of [16, 8, 12]) times.add(sample);
    expect(times.times).toMatchObject({ smoothed: 8, least: 8 });
    times.add(16);
    expect(times.times).toMatchObject({ smoothed: 9, least: 8 });
    times.add(4);
    expect(times.times).toMatchObject({ smoothed: 8.375, least: 4 });
  });

  it('are measured on every link between nodes that answer probes', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    mesh.link(a, b, { latencyMs: 20 });
    mesh.run(100);
    expect(a.core.links(mesh.now)).toEqual([
      {
        nodeId: 'b',
        cost: 1,
        description: 'simulated a b',
        upSinceMs: 1_700_000_000_020,
        lastHeardMs: 1_700_000_000_060,
        answersProbes: true,
        rttMs: 40,
        rttDeviationMs: 20,
        rttLeastMs: 40,
        maxMessageBytes: 65_535,
      },
    ]);
    expect(b.core.status().connections).toEqual([{ nodeId: 'a', cost: 1, rttNs: 40_000_000 }]);
    mesh.run(30_000);
    expect(a.core.links(mesh.now)).toMatchObject([{ upSinceMs: 1_700_000_000_020, rttMs: 40 }]);
    // Of the 40 of first guess, six more samples without any deviation leave little.
    expect(a.core.links(mesh.now)[0]?.rttDeviationMs).toBeLessThan(5);
  });
});

describe('the health of a link', () => {
  it('is checked by what is received alone when the peer can not be asked', () => {
    const health = new LinkHealth(0, 21_000);
    expect(health.takeProbe(100_000)).toBeUndefined();
    health.received(10_000);
    expect(health.dueAt).toBe(31_000);
    expect(health.failure(31_000)).toBeUndefined();
    expect(health.dueAt).toBe(32_000);
    expect(health.failure(32_000)).toBe('nothing was received for 21 s');
  });

  it('is bad when the peer talks but answers nothing', () => {
    const health = new LinkHealth(0, 21_000);
    health.startProbing(0);
    const first = health.takeProbe(0);
    expect(health.probeAnswered(40, first ?? -1)).toBe(true);
    // From now on the peer hears nothing.
    for (let now = 1000; now <= 21_000; now += 1000) {
      health.takeProbe(now);
      expect(health.failure(now)).toBeUndefined();
      health.received(now);
    }
    health.failure(21_000);
    expect(health.failure(22_000)).toBe(
      'the peer does not hear this node: it has answered nothing for 21 s',
    );
  });

  it('is not checked before what has arrived was read, however late that is', () => {
    const health = new LinkHealth(0, 21_000);
    health.startProbing(0);
    const question = health.takeProbe(0) ?? -1;
    expect(health.failure(300_000)).toBeUndefined();
    health.received(300_100);
    health.probeAnswered(300_100, question);
    expect(health.failure(301_500)).toBeUndefined();
    health.takeProbe(301_500);
    expect(health.failure(310_000)).toBeUndefined();
  });

  it('takes no answer to what was never asked, nor twice', () => {
    const health = new LinkHealth(0, 21_000);
    health.startProbing(0);
    const question = health.takeProbe(0) ?? -1;
    expect(health.probeAnswered(1, question + 1)).toBe(false);
    expect(health.probeAnswered(1, question)).toBe(true);
    expect(health.probeAnswered(2, question)).toBe(false);
    expect(health.roundTrip).toMatchObject({ smoothed: 1 });
  });
});

describe('a link that works one way', () => {
  it.each(['a', 'b'] as const)('is given up at both ends when nothing leaves %s', (mute) => {
    const mesh = new SimulatedMesh();
    const nodes = { a: mesh.add('a'), b: mesh.add('b') };
    const link = mesh.link(nodes.a, nodes.b);
    mesh.run(7000);
    link.freeze(nodes[mute]);
    mesh.run(15_000);
    expect(nodes.a.core.status().connections).toHaveLength(1);
    mesh.run(8_000);
    for (const node of [nodes.a, nodes.b]) expect(node.core.status().connections).toEqual([]);
    const reasons = [nodes.a, nodes.b].flatMap(({ events }) =>
      events.flatMap((event) => (event.type === 'link-down' ? [event.reason] : [])),
    );
    expect(reasons).toHaveLength(2);
    for (const reason of reasons) {
      expect([
        'the peer rejected the link: nothing was received for 21 s',
        'nothing was received for 21 s',
        'the peer does not hear this node: it has answered nothing for 21 s',
      ]).toContain(reason);
    }
  });

  it('comes back by a new connection', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    const link = mesh.link(a, b, { redialMs: 1000 });
    mesh.run(5000);
    link.freeze(a);
    mesh.run(30_000);
    link.heal();
    mesh.run(5_000);
    expect(a.core.isReachable('b') && b.core.isReachable('a')).toBe(true);
  });
});

describe('a second link with the same node', () => {
  it('is refused when the first one lives, at once and without harm to it', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    mesh.link(a, b);
    mesh.run(1000);
    mesh.link(a, b);
    mesh.run(50);
    expect(a.lines.join('\n')).toContain(
      'error: Rejected the link with node b because there is a link with that node already',
    );
    mesh.run(60_000);
    for (const { events } of [a, b]) {
      expect(events.filter(({ type }) => type === 'link-down')).toEqual([]);
    }
  });

  it.each([
    ['both ways', undefined],
    ['from a to b', 'a'],
    ['from b to a', 'b'],
  ] as const)('takes the place of one that is dead %s within three seconds', (_what, mute) => {
    const mesh = new SimulatedMesh();
    const nodes = { a: mesh.add('a'), b: mesh.add('b') };
    const first = mesh.link(nodes.a, nodes.b);
    mesh.run(1000);
    first.freeze(mute === undefined ? undefined : nodes[mute]);
    const second = mesh.link(nodes.a, nodes.b);
    mesh.run(3000);
    nodes.a.core.dataPlane.open('asker', {
      receive: () => undefined,
      unreachable: () => undefined,
    });
    const before = second.messages;
    nodes.a.core.dataPlane.send('asker', 'b', 'ping', Buffer.alloc(0));
    mesh.run(10);
    expect(second.messages - before).toBe(2);
    for (const { core, events } of [nodes.a, nodes.b]) {
      expect(core.status().connections).toHaveLength(1);
      expect(
        events.flatMap((event) => (event.type.startsWith('link-') ? [event.type] : [])),
      ).toEqual(['link-up', 'link-down', 'link-up']);
    }
  });

  /** A node of the simulator, and links to it from a peer that answers no probes. */
  function withSilentPeer() {
    const mesh = new SimulatedMesh();
    const { core } = mesh.add('a');
    const open = () => {
      const sent: Buffer[] = [];
      const session = core.addLink(
        mesh.now,
        {
          description: 'peer',
          sendControl: (message) => sent.push(message),
          sendData: () => undefined,
          reserve: () => undefined,
          commit: () => undefined,
          close: () => undefined,
        },
        {},
      );
      const hello = (sequence: bigint): void => {
        const message = encodeRoutingUpdate({
          nodeId: 'b',
          updateId: `u${sequence}`,
          epoch: 1n,
          sequence,
          connections: new Map(),
          forwardingNode: 'b',
          suspectedDuplicate: 0n,
        });
        session.handleMessage(mesh.now, message, 0, message.length);
      };
      hello(1n);
      return { session, sent, hello };
    };
    return { mesh, open };
  }

  it('takes the place of one that its peer ends while it waits', () => {
    const { mesh, open } = withSilentPeer();
    const first = open();
    const second = open();
    const reject = encodeReject('a newer link has taken its place');
    first.session.handleMessage(mesh.now, reject, 0, reject.length);
    mesh.run(2300);
    expect([first.session.closed, second.session.closed]).toEqual([true, false]);
    expect(second.session.wasEstablished).toBe(true);
  });

  it('makes a peer that answers no probes answer a ping, which only a living one does', () => {
    const { mesh, open } = withSilentPeer();
    const first = open();
    expect(first.sent.filter((message) => message[0] === 4)).toEqual([]);
    const second = open();
    expect(first.sent.at(-1)?.subarray(20)).toEqual(Buffer.from('ping\0\0\0\0ping\0\0\0\0'));
    first.hello(2n);
    expect([first.session.closed, second.session.closed]).toEqual([false, true]);

    const third = open();
    // A fourth is one too many: it is refused while the third waits.
    expect(open().session.closed).toBe(true);
    mesh.run(2300);
    expect([first.session.closed, third.session.wasEstablished]).toEqual([true, true]);
    expect(first.sent.at(-1)?.toString()).toContain('["a newer link');
  });
});
