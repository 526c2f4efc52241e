import { verifyRoutes } from './verify-routes.js';
import { seededRandom } from './seeded-random.js';
import type { SimulatedLinkOptions } from './simulated-link.js';
import { SimulatedMesh } from './simulated-mesh.js';
import type { SimulatedNode } from './simulated-node.js';
import { full, line, randomSparse, ring, tree, type Topology } from './topologies.js';

/** How many seeds a property is tried with, and the first of them. */
export const SEEDS = Number(process.env['RECEPTORJS_SIMULATOR_SEEDS'] ?? 25);
const FIRST_SEED = Number(process.env['RECEPTORJS_SIMULATOR_FIRST_SEED'] ?? 1);

/** Runs a property with one seed after the other; its failure names the seed, and how to run with this one alone. */
export function forSeeds(property: (seed: number) => void, count = SEEDS): void {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) {
    try {
      property(seed);
    } catch (cause) {
      const again = `RECEPTORJS_SIMULATOR_FIRST_SEED=${seed} RECEPTORJS_SIMULATOR_SEEDS=1`;
      throw new Error(`with seed ${seed}; set ${again} to repeat it`, { cause });
    }
  }
}

/** What chance gives for one seed. */
export class Chance {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed * 2 + 1);
  }

  readonly number = (): number => this.#random();

  /** From 0 up to and without `end`. */
  below(end: number): number {
    return Math.floor(this.#random() * end);
  }

  between(low: number, high: number): number {
    return low + this.#random() * (high - low);
  }

  isTrue(share: number): boolean {
    return this.#random() < share;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  topology(size: number): Topology {
    return this.pick([
      () => line(size),
      () => ring(size),
      () => tree(size, 2 + this.below(3)),
      () => randomSparse(size, this.between(2, 5), this.number),
      () => full(Math.min(size, 8)),
    ])();
  }
}

/** A mesh whose links do what networks do, and which redial. */
export function wildMesh(
  chance: Chance,
  seed: number,
): { mesh: SimulatedMesh; nodes: SimulatedNode[] } {
  const mesh = new SimulatedMesh({ seed, keep: 200 });
  const isLossy = chance.isTrue(0.4);
  const link = (): SimulatedLinkOptions => ({
    cost: chance.pick([1, 1, 1, 2, 0.5, 7]),
    latencyMs: chance.between(0, 120),
    jitterMs: chance.between(0, 60),
    redialMs: chance.between(100, 3000),
    ...(isLossy && {
      loss: chance.between(0, 0.08),
      reorder: chance.between(0, 0.2),
      duplicate: chance.between(0, 0.2),
    }),
    ...(chance.isTrue(0.1) && { bytesPerSecond: chance.between(20_000, 200_000) }),
  });
  return { mesh, nodes: mesh.build(chance.topology(2 + chance.below(11)), { link }) };
}

/** One thing that happens to a mesh, by chance. */
export function upset(mesh: SimulatedMesh, chance: Chance): void {
  const links = [...mesh.links];
  const nodes = [...mesh.nodes];
  const silently = chance.isTrue(0.4);
  switch (chance.below(6)) {
    case 0:
      chance.pick(links).cut();
      break;
    case 1: {
      const link = chance.pick(links);
      if (chance.isTrue(0.4)) link.freeze();
      else link.freeze(chance.pick([link.a, link.b]));
      break;
    }
    case 2:
      for (const link of links) if (chance.isTrue(0.5)) link.heal();
      break;
    case 3: {
      const heal = mesh.partition(
        nodes.filter(() => chance.isTrue(0.5)),
        { silently },
      );
      if (chance.isTrue(0.7)) mesh.at(mesh.now + chance.between(10, 40_000), heal);
      break;
    }
    default: {
      const node = chance.pick(nodes);
      mesh.stop(node, { silently });
      if (chance.isTrue(0.9)) {
        mesh.at(mesh.now + chance.between(1, 40_000), () => mesh.start(node));
      }
    }
  }
  mesh.run(chance.pick([1, 50, 500, 5000, 30_000]));
}

/** Says what is wrong with the routes, as text. */
export function faultsOf(nodes: Iterable<SimulatedNode>): string[] {
  return verifyRoutes(nodes).map(({ from, to, problem }) => `${from} to ${to}: ${problem}`);
}
