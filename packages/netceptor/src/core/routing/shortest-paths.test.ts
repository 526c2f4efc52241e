import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NodeTable } from './node-table.js';
import { ShortestPaths } from './shortest-paths.js';

type Graph = Map<string, Map<string, number>>;

function graphOf(edges: readonly (readonly [string, string, number])[]): Graph {
  const graph: Graph = new Map();
  for (const [from, to, cost] of edges) {
    graph.set(from, (graph.get(from) ?? new Map<string, number>()).set(to, cost));
    if (!graph.has(to)) graph.set(to, new Map());
  }
  return graph;
}

/** Computes all paths, in steps of a few links. */
function compute(
  paths: ShortestPaths,
  ...[nodes, start, steps]: Parameters<ShortestPaths['begin']>
): void {
  paths.begin(nodes, start, steps);
  while (paths.advance(2) === undefined);
}

/** Cost and first step of the path from `start` to each node that can be reached. */
function pathsOf(graph: Graph, start: string): Record<string, { cost: number; via: string }> {
  const table = new NodeTable();
  for (const [nodeId, connections] of graph) {
    const record = table.add(nodeId, 0);
    if (record !== undefined) table.connect(record, connections);
  }
  const self = table.get(start) ?? table.add(start, 0)!;
  const neighbors = [...(graph.get(start) ?? [])].filter(([to]) => graph.get(to)?.has(start));
  neighbors.sort(([a], [b]) => (a < b ? -1 : 1));
  const firstSteps = neighbors.map(([to, cost]) => ({ to: table.get(to)!, cost }));
  const paths = new ShortestPaths();
  // Twice: nothing of the first run is left in the second.
  for (let run = 0; run < 2; run++) compute(paths, table, self, firstSteps);
  return Object.fromEntries(
    [...table.values()].flatMap((record) => {
      const step = paths.stepTo(record);
      if (step === undefined) return [];
      return [[record.id, { cost: paths.costTo(record), via: firstSteps[step]!.to.id }]];
    }),
  );
}

const both = (a: string, b: string, cost: number): [string, string, number][] => [
  [a, b, cost],
  [b, a, cost],
];

/** Bellman and Ford's costs, as another way to the same answer. */
function slowCosts(graph: Graph, start: string): Record<string, number> {
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
  return Object.fromEntries(costs);
}

describe('shortest paths', () => {
  it('need both ends of a link to list it', () => {
    const graph = graphOf([...both('a', 'b', 1), ['b', 'c', 1]]);
    expect(Object.keys(pathsOf(graph, 'a'))).toEqual(['b']);
  });

  it('are the same whatever the order of the table', () => {
    const edges = [
      ...both('a', 'b', 1),
      ...both('a', 'c', 1),
      ...both('b', 'd', 1),
      ...both('c', 'd', 1),
    ];
    for (const order of [edges, [...edges].reverse()]) {
      expect(pathsOf(graphOf(order), 'a')['d']).toEqual({ cost: 2, via: 'b' });
    }
  });

  it('cost what another algorithm says', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const edge = fc.tuple(name, name, fc.integer({ min: 1, max: 9 })).filter(([a, b]) => a !== b);
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 24 }), (edges) => {
        const graph = graphOf(edges.flatMap(([a, b, cost]) => both(a, b, cost)));
        const costs = Object.fromEntries(
          Object.entries(pathsOf(graph, 'a')).map(([id, { cost }]) => [id, cost] as const),
        );
        expect(costs).toEqual(slowCosts(graph, 'a'));
      }),
    );
  });

  it('follow nodes that are forgotten and named before they are known', () => {
    const table = new NodeTable();
    const [a, b] = [table.add('a', 0)!, table.add('b', 0)!];
    table.connect(
      b,
      new Map([
        ['a', 1],
        ['c', 2],
      ]),
    );
    const paths = new ShortestPaths();
    compute(paths, table, a, [{ to: b, cost: 1 }]);
    const c = table.add('c', 0)!;
    table.connect(c, new Map([['b', 2]]));
    compute(paths, table, a, [{ to: b, cost: 1 }]);
    expect(paths.costTo(c)).toBe(3);
    table.delete(new Set(['c']));
    const d = table.add('d', 0)!;
    expect(d.place).toBe(c.place);
    compute(paths, table, a, [{ to: b, cost: 1 }]);
    expect(paths.costTo(d)).toBe(Infinity);
  });
});
