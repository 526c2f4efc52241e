import { beforeEach, describe, expect, it } from 'vitest';
import { ForeignNode } from './foreign-node.js';
import { SimulatedMesh } from './simulated-mesh.js';
import type { SimulatedNode } from './simulated-node.js';

let mesh: SimulatedMesh;
let first: SimulatedNode;
let hop: SimulatedNode;
let foreign: ForeignNode;
beforeEach(() => {
  mesh = new SimulatedMesh();
  [first, hop] = [mesh.add('twin'), mesh.add('hop')];
  mesh.link(first, hop, { latencyMs: 20 });
  foreign = new ForeignNode(mesh, 'foreign', 1n);
  foreign.link(hop, { latencyMs: 20 });
  mesh.run(20_000);
});

/** A second node with the first one's ID, started later. */
const twin = (): ForeignNode => new ForeignNode(mesh, 'twin', first.core.epoch + 1_000n);

function expectFirstIsKept(): void {
  const { epoch, connections } = foreign.known('twin') ?? {};
  expect({ epoch, connections }).toEqual({ epoch: first.core.epoch, connections: { hop: 1 } });
  expect(hop.core.nextHopTo('twin')).toBe('twin');
  expect(first.events).not.toContainEqual({ type: 'duplicate-node' });
}

describe('a foreign node, which keeps what it hears last,', () => {
  it('has its place in the mesh', () => {
    expect(hop.core.isReachable('foreign')).toBe(true);
    expect(first.core.isReachable('foreign')).toBe(true);
    expectFirstIsKept();
  });

  it('comes back to the first of two nodes of an ID', () => {
    const second = twin();
    second.link(foreign, { latencyMs: 20 });
    mesh.run(2000);
    expect(second.isRunning).toBe(false);
    expectFirstIsKept();
  });

  it.each([50, 300, 700, 1100])(
    'comes back when the second goes on until the objection reaches it, every %i ms',
    (everyMs) => {
      const second = twin();
      second.link(foreign, { latencyMs: 1000 });
      const goOn = (): void => {
        second.announce();
        if (second.isRunning) mesh.at(mesh.now + everyMs, goOn);
      };
      goOn();
      mesh.run(8000);
      expect(second.isRunning).toBe(false);
      expectFirstIsKept();
    },
  );

  it('comes back when it hears of the second only after the objection', () => {
    const side = mesh.add('side');
    mesh.link(side, hop, { latencyMs: 20 });
    mesh.run(1000);
    const second = twin();
    second.link(side, { latencyMs: 20 });
    second.link(foreign, { latencyMs: 4000 });
    mesh.run(3000);
    expect(second.isRunning).toBe(false);
    expectFirstIsKept();
    mesh.run(1200);
    expect(foreign.known('twin')?.epoch).toBe(second.epoch);
    mesh.run(2800);
    expectFirstIsKept();
  });
});
