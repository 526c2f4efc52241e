import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SimulatedMesh, type SimulatedLink, type SimulatedNode } from '../simulated-mesh.js';
import { shortestPaths } from './shortest-paths.js';

const COUNT = 6;

type Operation =
  | {
      readonly kind: 'link';
      readonly a: number;
      readonly b: number;
      readonly cost: number;
      readonly latency: number;
    }
  | { readonly kind: 'cut'; readonly which: number; readonly silently: boolean }
  | { readonly kind: 'restart'; readonly node: number }
  | { readonly kind: 'wait'; readonly ms: number };

const index = fc.nat(COUNT - 1);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('link' as const),
      a: index,
      b: index,
      cost: fc.integer({ min: 1, max: 4 }),
      latency: fc.integer({ min: 1, max: 150 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      which: fc.nat(20),
      silently: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), node: index }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(3000) }) },
);

interface LiveLink {
  readonly a: number;
  readonly b: number;
  readonly cost: number;
  readonly link: SimulatedLink;
}

it('after any links, cuts and restarts all nodes agree on the cheapest routes there are', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 25 }), fc.integer(), (operations, seed) => {
      const mesh = new SimulatedMesh(seed);
      const nodes: SimulatedNode[] = Array.from({ length: COUNT }, (_, at) => mesh.add(`n${at}`));
      let links: LiveLink[] = [];
      for (const step of operations) {
        if (step.kind === 'wait') {
          mesh.run(step.ms);
        } else if (step.kind === 'cut') {
          const [live] = links.splice(step.which % Math.max(1, links.length), 1);
          if (step.silently) live?.link.freeze();
          else live?.link.cut();
        } else if (step.kind === 'restart') {
          for (const { link } of links.filter(({ a, b }) => a === step.node || b === step.node))
            link.cut();
          links = links.filter(({ a, b }) => a !== step.node && b !== step.node);
          mesh.stop(nodes[step.node]!);
          mesh.run(1000);
          nodes[step.node] = mesh.add(`n${step.node}`);
        } else {
          const { a, b, cost, latency } = step;
          // A second link between two nodes is refused; one whose first end has died silently may be, so let that settle.
          if (a === b || links.some((l) => (l.a === a && l.b === b) || (l.a === b && l.b === a)))
            continue;
          mesh.run(25_000);
          const link = mesh.link(nodes[a]!, nodes[b]!, { cost, latencyMs: latency });
          links.push({ a, b, cost, link });
        }
      }
      mesh.run(60_000);
      const graph = new Map<string, Map<string, number>>(
        nodes.map((_, at) => [`n${at}`, new Map()]),
      );
      for (const { a, b, cost } of links) {
        graph.get(`n${a}`)?.set(`n${b}`, cost);
        graph.get(`n${b}`)?.set(`n${a}`, cost);
      }
      nodes.forEach(({ core }, at) => {
        const paths = shortestPaths(`n${at}`, (id) => graph.get(id));
        expect(core.status().routingTable).toEqual(
          Object.fromEntries([...paths].map(([id, { via }]) => [id, via])),
        );
        for (const [id, { cost }] of paths) expect(core.costTo(id)).toBe(cost);
      });
    }),
    { numRuns: 60 },
  );
});
