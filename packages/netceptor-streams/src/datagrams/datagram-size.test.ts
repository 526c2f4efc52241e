import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { LARGE_DATAGRAM, MAX_DATAGRAM, MIN_DATAGRAM } from '@receptorjs/quic-engine';
import { DatagramSize } from './datagram-size.js';
import { loadQuicEngine } from '../choose-engine.js';
import type { MeshStream } from '../mesh-stream.js';
import { changedEngine } from '../testing/test-engine.js';
import { linkNodes, type LinkLimits } from '../testing/test-link.js';
import { echo, join, member, reach, type Member } from '../testing/test-mesh.js';

/** Bytes of a data message's header. */
const HEADER = 36;

describe('the size of datagrams', () => {
  let near: Member;
  let hop: Member;
  let far: Member;
  let second: LinkLimits;

  beforeEach(async () => {
    near = member('near');
    hop = member('hop');
    far = member('far');
    linkNodes(near.node, hop.node);
    second = linkNodes(hop.node, far.node);
    await reach(near, 'far');
    await reach(far, 'near');
    await far.streams.listen('echo', {}, echo);
  });

  /** Sends bytes there and back. */
  async function carry(stream: MeshStream, size: number): Promise<void> {
    const sent = randomBytes(size);
    stream.write(sent);
    const chunks: Buffer[] = [];
    for (let got = 0; got < size;) {
      const chunk = stream.read() as Buffer | null;
      if (chunk === null) await once(stream, 'readable');
      else {
        chunks.push(chunk);
        got += chunk.length;
      }
    }
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  }

  it('is what both ends take where the path carries it', async () => {
    const stream = await near.streams.dial('far', 'echo');
    await carry(stream, 1_000_000);
    expect(stream.maxDatagram).toBe(MAX_DATAGRAM);
    expect(second.longest).toBe(MAX_DATAGRAM + HEADER);
  });

  it('stays so while short messages go to and fro, whose acknowledgements have a time of their own', async () => {
    let due = 0;
    const times = new EventEmitter();
    const engine = changedEngine(await loadQuicEngine({ name: 'wasm' }), {
      dialed: (connection) => {
        const handle = connection.handleTimeout.bind(connection);
        return Object.assign(connection, {
          handleTimeout: () => {
            due++;
            times.emit('due');
            return handle();
          },
        });
      },
    });
    const calm = member('calm', { engine });
    await join(calm, far);
    await reach(calm, 'far');
    const stream = await calm.streams.dial('far', 'echo');
    while (due < 5) {
      // An acknowledgement has its time when nothing else follows, and none when two datagrams have brought the answer.
      const silence = once(times, 'due', { signal: AbortSignal.timeout(500) });
      await Promise.all([carry(stream, 5_000), silence.catch(() => undefined)]);
    }
    expect(stream.maxDatagram).toBe(MAX_DATAGRAM);
  });

  it('becomes what a node of ours on the path says that it carries', async () => {
    second.maxMessageBytes = 5_000 + HEADER;
    const stream = await near.streams.dial('far', 'echo');
    await carry(stream, 1_000_000);
    expect(stream.maxDatagram).toBe(5_000);
    expect(second.longest).toBe(5_000 + HEADER);
  });

  it('falls when the path becomes narrower, and rises when the route changes', async () => {
    const stream = await near.streams.dial('far', 'echo');
    await carry(stream, 100_000);
    second.maxMessageBytes = 3_000 + HEADER;
    await carry(stream, 300_000);
    expect(stream.maxDatagram).toBe(3_000);
    linkNodes(near.node, far.node);
    while (stream.maxDatagram !== MAX_DATAGRAM) await once(near.node, 'route');
    await carry(stream, 300_000);
    expect(stream.maxDatagram).toBe(MAX_DATAGRAM);
  });

  it('is 1,200 bytes where larger ones vanish without a word', async () => {
    second.swallowsFrom = 2_000;
    const stream = await near.streams.dial('far', 'echo');
    await carry(stream, 300_000);
    expect(stream.maxDatagram).toBe(MIN_DATAGRAM);
    expect(second.longest).toBeLessThan(2_000);
  }, 20_000);

  it('rises again when the path has changed to one on which larger ones do not vanish', async () => {
    second.swallowsFrom = 2_000;
    const stream = await near.streams.dial('far', 'echo');
    await carry(stream, 300_000);
    expect(stream.maxDatagram).toBe(MIN_DATAGRAM);
    second.swallowsFrom = Infinity;
    while (stream.maxDatagram !== MAX_DATAGRAM) {
      // A try that a busy machine answers too late is repeated at the next change; without one only after a while, which
      // the tests of DatagramSize show on a clock of their own.
      near.node.emit('route', { nodeId: 'far', via: 'hop' });
      await carry(stream, 100_000);
    }
    expect(second.longest).toBe(MAX_DATAGRAM + HEADER);
  }, 60_000);

  it('is no less than QUIC needs: a dial over a link that carries less says so', async () => {
    second.maxMessageBytes = 1_000;
    await expect(near.streams.dial('far', 'echo')).rejects.toMatchObject({
      code: 'message-too-long',
    });
  });
});

describe('DatagramSize', () => {
  const none = { datagrams: 0, bytes: 0 };

  it('falls in steps, tries the next larger size by one datagram, later after each loss, and keeps what arrived', () => {
    const size = new DatagramSize();
    for (const [sent, limit] of [
      [MAX_DATAGRAM, LARGE_DATAGRAM],
      [LARGE_DATAGRAM, MIN_DATAGRAM],
    ] as const) {
      for (let count = 0; count < 3; count++) {
        size.sent(sent, 0, () => none);
        size.timedOut(0, none);
      }
      expect(size.limit).toBe(limit);
    }
    let now = 0;
    const losses = { ...none };
    for (const wait of [1_000, 2_000, 4_000, 8_000]) {
      expect(size.next(now + wait - 1)).toBe(MIN_DATAGRAM);
      expect(size.next(now + wait)).toBe(LARGE_DATAGRAM);
      now += wait;
      size.sent(LARGE_DATAGRAM, now, () => ({ ...losses }));
      expect(size.next(now)).toBe(MIN_DATAGRAM);
      losses.datagrams += 3;
      losses.bytes += LARGE_DATAGRAM + 2 * MIN_DATAGRAM;
      now += 1_000;
      size.evaluate(now, { ...losses });
      expect(size.limit).toBe(MIN_DATAGRAM);
    }
    now += 16_000;
    for (const larger of [LARGE_DATAGRAM, MAX_DATAGRAM]) {
      expect(size.next(now)).toBe(larger);
      size.sent(larger, now, () => ({ ...losses }));
      losses.datagrams += 2;
      losses.bytes += 2 * MIN_DATAGRAM;
      now += 1_000;
      size.evaluate(now, { ...losses });
      expect(size.limit).toBe(larger);
      now += 1_000;
    }
    expect(size.next(now + 100_000)).toBe(MAX_DATAGRAM);
  });

  it('is not disturbed by ordinary losses', () => {
    const size = new DatagramSize();
    for (let count = 1; count <= 1_000; count++) {
      size.sent(MAX_DATAGRAM, count, () => none);
      const lost = Math.floor(count / 2);
      const losses = { datagrams: lost, bytes: lost * MAX_DATAGRAM };
      if (count % 50 === 0) size.timedOut(count, losses);
      else size.evaluate(count, losses);
    }
    expect(size.limit).toBe(MAX_DATAGRAM);
  });

  it('falls when timeouts follow one another, whose small probes are answered: losses show late', () => {
    const size = new DatagramSize();
    size.refused(0, LARGE_DATAGRAM);
    let [lost, known] = [0, 0];
    const losses = () => ({ datagrams: known, bytes: known * LARGE_DATAGRAM });
    for (const flight of [10, 7, 6]) {
      for (let count = 0; count < flight; count++) {
        size.sent(LARGE_DATAGRAM, 0, losses);
        if (size.isEvaluationDue) size.evaluate(0, losses());
        lost++;
      }
      expect(size.limit).toBe(LARGE_DATAGRAM);
      size.timedOut(0, losses());
      // The probe after the timeout shows the losses before it.
      known = lost;
    }
    expect(size.limit).toBe(MIN_DATAGRAM);
  });
});
