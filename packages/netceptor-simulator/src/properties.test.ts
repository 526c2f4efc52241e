import { expect, it } from 'vitest';
import { Chance, faultsOf, forSeeds, SEEDS, upset, wildMesh } from './test-scenario.js';
import { SimulatedMesh } from './simulated-mesh.js';
import type { SimulatedNode } from './simulated-node.js';

// RECEPTORJS_SIMULATOR_SEEDS=3000 tries more than the run of every day does.
const timeout = 20_000 + SEEDS * 2000;

it(
  'after any cuts, freezes, partitions, restarts and losses every node has the cheapest routes, and keeps no more than there is',
  { timeout },
  () => {
    forSeeds((seed) => {
      const chance = new Chance(seed);
      const { mesh, nodes } = wildMesh(chance, seed);
      for (const { core } of nodes) {
        core.advertisements.advertise(mesh.now, 'svc', { connectionType: 1, tags: null });
      }
      for (let count = chance.below(12); count > 0; count--) upset(mesh, chance);
      // The longest pending heal or restart, an idle limit, the redial, and some rounds for updates that were lost.
      mesh.run(160_000);
      expect(faultsOf(nodes)).toEqual([]);
      const before = mesh.traffic.routingUpdates;
      mesh.run(40_000);
      // Five rounds at most, in which each node's update crosses each link at most twice.
      const most = 5 * nodes.length * 2 * mesh.links.size;
      expect(mesh.traffic.routingUpdates - before).toBeLessThanOrEqual(most * 1.2);
      for (const node of nodes.filter(({ isRunning }) => isRunning)) {
        const { sizes } = node.core;
        expect(sizes.nodes).toBeLessThanOrEqual(nodes.length);
        expect(sizes.advertisements).toBeLessThan(nodes.length);
        expect(sizes.links).toBeLessThanOrEqual(2 * node.links.size);
        expect(sizes).toMatchObject({ seenUpdates: 0, quarantinedUpdates: 0 });
      }
    });
  },
);

/** A mesh at rest on good links, 25 s after its start: no node's periodic update is due for some seconds. */
function restingMesh(
  chance: Chance,
  seed: number,
): { mesh: SimulatedMesh; nodes: SimulatedNode[] } {
  const mesh = new SimulatedMesh({ seed });
  const nodes = mesh.build(chance.topology(3 + chance.below(20)), {
    link: () => ({ latencyMs: chance.between(1, 30), jitterMs: 5, redialMs: 500 }),
  });
  mesh.run(23_000);
  expect(faultsOf(nodes)).toEqual([]);
  const before = mesh.traffic.routingUpdates;
  mesh.run(2000);
  expect(mesh.traffic.routingUpdates).toBe(before);
  return { mesh, nodes };
}

it(
  'the cut of a link costs one update of each end, which crosses each link at most twice; its return as much, and what the ends send each other',
  { timeout },
  () => {
    forSeeds((seed) => {
      const chance = new Chance(seed);
      const { mesh, nodes } = restingMesh(chance, seed);
      const link = chance.pick([...mesh.links]);
      const [n, l] = [nodes.length, mesh.links.size];
      let before = mesh.traffic.routingUpdates;
      link.cut();
      mesh.run(1500);
      expect(mesh.traffic.routingUpdates - before).toBeLessThanOrEqual(2 * 2 * l);
      expect(faultsOf(nodes)).toEqual([]);
      before = mesh.traffic.routingUpdates;
      link.heal();
      mesh.run(2000);
      // Each end's hello and what it knows; nothing of that is new to the other, unless the mesh was parted.
      expect(mesh.traffic.routingUpdates - before).toBeLessThanOrEqual(2 * 2 * l + 2 * (n + 1));
      expect(faultsOf(nodes)).toEqual([]);
    });
  },
);

it('a restart costs updates of the node and its neighbors only', { timeout }, () => {
  forSeeds((seed) => {
    const chance = new Chance(seed);
    const { mesh, nodes } = restingMesh(chance, seed);
    const node = chance.pick(nodes);
    const [n, l, k] = [nodes.length, mesh.links.size, node.links.size];
    const before = mesh.traffic.routingUpdates;
    mesh.stop(node);
    mesh.at(mesh.now + chance.between(300, 900), () => mesh.start(node));
    mesh.run(3500);
    // Of each neighbor one update for the end and one for the return, of the node two; and 2k hellos and neighbor syncs,
    // what is new in them sent to the k - 1 others.
    const updates = 2 * k + 2;
    expect(mesh.traffic.routingUpdates - before).toBeLessThanOrEqual(
      updates * 2 * l + 2 * k * (n + 1) * k,
    );
    expect(faultsOf(nodes)).toEqual([]);
    for (const other of nodes.filter((each) => each !== node)) {
      const restarts = other.events.filter(({ type }) => type === 'node-restarted');
      expect(restarts).toEqual([{ type: 'node-restarted', nodeId: node.nodeId }]);
    }
  });
});

it(
  'a second node with an ID never disturbs the first: no route to it changes, no node takes it for restarted, and the second is asked to go',
  { timeout },
  () => {
    forSeeds((seed) => {
      const chance = new Chance(seed);
      const { mesh, nodes } = restingMesh(chance, seed);
      const first = chance.pick(nodes);
      const places = nodes.filter(
        (node) => node !== first && ![...first.links].some(({ a, b }) => a === node || b === node),
      );
      if (places.length === 0) return;
      const events = nodes.map((node) => node.events.length);
      const second = mesh.add(first.nodeId);
      for (let count = 1 + chance.below(2); count > 0; count--) {
        mesh.link(second, chance.pick(places), { latencyMs: chance.between(1, 30) });
      }
      mesh.at(mesh.now + 3000, () => mesh.stop(second));
      mesh.run(2900);
      expect(second.events.map(({ type }) => type)).toContain('duplicate-node');
      mesh.run(30_000);
      for (const [at, node] of nodes.entries()) {
        const since = node.events.slice(events[at]).filter(({ type }) => !/^link/.test(type));
        expect(since).toEqual([]);
      }
      expect(faultsOf(nodes)).toEqual([]);
    });
  },
);

it('the same seed gives the same run', () => {
  const run = (): unknown => {
    const chance = new Chance(5);
    const { mesh, nodes } = wildMesh(chance, 5);
    for (let count = 0; count < 5; count++) upset(mesh, chance);
    return [mesh.now, mesh.traffic, nodes.map(({ events, lines }) => [events, lines])];
  };
  expect(run()).toEqual(run());
});
