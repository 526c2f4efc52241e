import { describe, expect, it } from 'vitest';
import { seededRandom } from './seeded-random.js';
import type { SimulatedLinkOptions } from './simulated-link.js';
import { SimulatedMesh } from './simulated-mesh.js';
import type { SimulatedNode } from './simulated-node.js';
import { full, line, randomSparse, ring, tree } from './topologies.js';

/** Two linked nodes, and what arrives at the second with the virtual time of it. */
function pair(options: SimulatedLinkOptions): {
  mesh: SimulatedMesh;
  a: SimulatedNode;
  b: SimulatedNode;
  got: [text: string, at: number][];
  send: (text: string) => void;
} {
  const mesh = new SimulatedMesh();
  const [a, b] = [mesh.add('a'), mesh.add('b')];
  mesh.link(a, b, options);
  mesh.run(5000);
  const got: [string, number][] = [];
  const start = mesh.now;
  b.core.dataPlane.open('inbox', {
    receive: (payload) => void got.push([payload.toString().slice(0, 8).trim(), mesh.now - start]),
    unreachable: () => undefined,
  });
  const send = (text: string): void =>
    a.core.dataPlane.send('from', 'b', 'inbox', Buffer.from(text));
  return { mesh, a, b, got, send };
}

describe('a simulated link', () => {
  it('takes its latency, in each direction its own', () => {
    const { mesh, a, got, send } = pair({ latencyMs: 30, back: { latencyMs: 70 } });
    send('x');
    mesh.run(29.9);
    expect(got).toEqual([]);
    mesh.run(200);
    expect(got).toEqual([['x', 30]]);
    expect(a.core.links(mesh.now)[0]?.rttMs).toBe(100);
  });

  it('keeps order over jitter, and does not where messages are reordered', () => {
    const order = (options: SimulatedLinkOptions): string[] => {
      const { mesh, got, send } = pair({ latencyMs: 10, jitterMs: 40, ...options });
      for (let at = 0; at < 50; at++) send(String(at));
      mesh.run(1000);
      return got.map(([text]) => text);
    };
    const sent = Array.from({ length: 50 }, (_, at) => String(at));
    expect(order({})).toEqual(sent);
    const reordered = order({ reorder: 0.2 });
    expect(reordered).not.toEqual(sent);
    expect([...reordered].sort()).toEqual([...sent].sort());
  });

  it('loses and doubles the share of messages that its options say', () => {
    const share = (options: SimulatedLinkOptions): number => {
      const { mesh, got, send } = pair(options);
      for (let at = 0; at < 2000; at++) send('x');
      mesh.run(1000);
      return got.length / 2000;
    };
    expect(share({ loss: 0.25 })).toBeCloseTo(0.75, 1);
    expect(share({ duplicate: 0.25 })).toBeCloseTo(1.25, 1);
  });

  it('passes so many bytes a second, control messages first, and drops what its queue does not hold', () => {
    const { mesh, a, got, send } = pair({ latencyMs: 1, bytesPerSecond: 100_000 });
    for (let at = 0; at < 100; at++) send(`${at}`.padEnd(16_000));
    let answeredAt = 0;
    const service = a.core.dataPlane.open(undefined, {
      receive: () => void (answeredAt = mesh.now),
      unreachable: () => undefined,
    });
    const start = mesh.now;
    a.core.dataPlane.send(service, 'b', 'ping', Buffer.alloc(0));
    mesh.run(30_000);
    // Behind the one message that is already on the line, ahead of a megabyte.
    expect(answeredAt - start).toBeLessThan(200);
    expect(got.length).toBeGreaterThan(60);
    expect(got.length).toBeLessThan(70);
    expect(got.at(-1)?.[1]).toBeCloseTo((got.length * 16_036) / 100, -3);
  });

  it('frozen in one direction is noticed at both ends, and healed made anew', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    const link = mesh.link(a, b, { redialMs: 500 });
    mesh.run(1000);
    link.freeze(a);
    expect(link.isUp).toBe(false);
    mesh.run(30_000);
    expect([a.core.isReachable('b'), b.core.isReachable('a')]).toEqual([false, false]);
    link.heal();
    mesh.run(2000);
    expect([a.core.isReachable('b'), b.core.isReachable('a')]).toEqual([true, true]);
  });

  it('is not made of numbers that make no sense', () => {
    const mesh = new SimulatedMesh();
    const [a, b] = [mesh.add('a'), mesh.add('b')];
    for (const options of [
      { loss: 2 },
      { latencyMs: -1 },
      { bytesPerSecond: 0 },
      { jitterMs: NaN },
    ]) {
      expect(() => mesh.link(a, b, options)).toThrow(RangeError);
    }
  });
});

describe('topologies', () => {
  it('have the links their names say', () => {
    expect(line(4).links).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(ring(4).links).toHaveLength(4);
    expect(ring(2).links).toHaveLength(1);
    expect(tree(7, 2).links).toEqual([
      [0, 1],
      [0, 2],
      [1, 3],
      [1, 4],
      [2, 5],
      [2, 6],
    ]);
    expect(full(6).links).toHaveLength(15);
    expect(() => line(0)).toThrow(RangeError);
  });

  it('by chance are connected, with the degree asked for', () => {
    const topology = randomSparse(60, 4, seededRandom(1));
    expect(topology.links).toHaveLength(120);
    const mesh = new SimulatedMesh({ keep: 0 });
    const nodes = mesh.build(topology);
    mesh.run(2000);
    expect(nodes.every(({ core }) => core.sizes.nodes === 60)).toBe(true);
  });
});
