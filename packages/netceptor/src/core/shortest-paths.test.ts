import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortestPaths } from './shortest-paths.js';

type Graph = Map<string, Map<string, number>>;

function graphOf(edges: readonly (readonly [string, string, number])[]): Graph {
  const graph: Graph = new Map();
  for (const [from, to, cost] of edges) {
    graph.set(from, (graph.get(from) ?? new Map<string, number>()).set(to, cost));
  }
  return graph;
}

const both = (a: string, b: string, cost: number): [string, string, number][] => [
  [a, b, cost],
  [b, a, cost],
];

/** Bellman and Ford's costs, as another way to the same answer. */
function slowCosts(graph: Graph, start: string): Map<string, number> {
  const costs = new Map([[start, 0]]);
  for (let round = 0; round < graph.size; round++) {
    for (const [from, edges] of graph) {
      for (const [to, cost] of edges) {
        const sum = (costs.get(from) ?? Infinity) + cost;
        if (graph.get(to)?.has(from) === true && sum < (costs.get(to) ?? Infinity))
          costs.set(to, sum);
      }
    }
  }
  costs.delete(start);
  return costs;
}

describe('shortest paths', () => {
  it('need both ends of a link to list it', () => {
    const graph = graphOf([...both('a', 'b', 1), ['b', 'c', 1]]);
    expect([...shortestPaths('a', (id) => graph.get(id)).keys()]).toEqual(['b']);
  });

  it('are the same whatever the order of the table', () => {
    const edges = [
      ...both('a', 'b', 1),
      ...both('a', 'c', 1),
      ...both('b', 'd', 1),
      ...both('c', 'd', 1),
    ];
    for (const order of [edges, [...edges].reverse()]) {
      const graph = graphOf(order);
      expect(shortestPaths('a', (id) => graph.get(id)).get('d')).toEqual({ cost: 2, via: 'b' });
    }
  });

  it('cost what another algorithm says', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const edge = fc.tuple(name, name, fc.integer({ min: 1, max: 9 })).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 24 }), (edges) => {
        const graph = graphOf(edges.flatMap(([a, b, cost]) => both(a, b, cost)));
        const costs = new Map(
          [...shortestPaths('a', (id) => graph.get(id))].map(
            ([id, { cost }]) => [id, cost] as const,
          ),
        );
        expect(costs).toEqual(slowCosts(graph, 'a'));
      }),
    );
  });
});
