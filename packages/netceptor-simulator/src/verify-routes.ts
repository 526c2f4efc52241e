import type { SimulatedNode } from './simulated-node.js';

/** Something wrong with a node's routes. */
export interface RouteFault {
  readonly from: string;
  readonly to: string;
  /** What is wrong, as a sentence. */
  readonly problem: string;
}

/** Costs that differ by less are the same: sums of the same links in different order. */
const TOLERANCE = 1e-9;

/**
 * Compares the routes of running nodes with the links there are: every pair must have a route of the cheapest cost, or
 * none where there is no path, and the next hops must lead to the target. Where two nodes have the same ID nothing is
 * said about them. Knows nothing of how the nodes compute.
 *
 * @param limit - The most faults returned; the search ends with them.
 */
export function verifyRoutes(all: Iterable<SimulatedNode>, limit = 10): RouteFault[] {
  const nodes = [...all].filter((node) => node.isRunning);
  const place = new Map(nodes.map((node, at) => [node.nodeId, at] as const));
  const doubled = new Set(nodes.filter((node, at) => place.get(node.nodeId) !== at));
  const edges = nodes.map((node) => edgesOf(node, place));
  const faults: RouteFault[] = [];
  const known = new Map<number, Float64Array>();
  const costsFrom = (at: number): Float64Array => {
    const costs = known.get(at) ?? cheapest(edges, at);
    known.set(at, costs);
    return costs;
  };
  for (const [from, node] of nodes.entries()) {
    if (doubled.has(node)) continue;
    for (const [to, target] of nodes.entries()) {
      if (from === to || doubled.has(target)) continue;
      const cost = costsFrom(from)[to] ?? Infinity;
      const leads = (via: string): boolean =>
        (edges[from] ?? []).some(
          (edge) =>
            edge.nodeId === via &&
            Math.abs(edge.cost + (costsFrom(edge.to)[to] ?? Infinity) - cost) <= TOLERANCE,
        );
      const problem = verifyRoute(node, target.nodeId, cost, leads);
      if (problem === undefined) continue;
      faults.push({ from: node.nodeId, to: target.nodeId, problem });
      if (faults.length >= limit) return faults;
    }
  }
  return faults;
}

interface Edge {
  readonly to: number;
  readonly nodeId: string;
  readonly cost: number;
}

function edgesOf(node: SimulatedNode, place: ReadonlyMap<string, number>): Edge[] {
  const edges: Edge[] = [];
  for (const link of node.links) {
    const peer = link.a === node ? link.b : link.a;
    const to = place.get(peer.nodeId);
    if (!link.isUp || to === undefined || peer === node) continue;
    const { cost = 1, nodeCost } =
      link.a === node ? link.options : (link.options.optionsOfB ?? link.options);
    edges.push({ to, nodeId: peer.nodeId, cost: nodeCost?.[peer.nodeId] ?? cost });
  }
  return edges;
}

/**
 * What is wrong with one route. The first hop is right when the path on from there costs what is left (`leads`): then every
 * hop comes nearer to the target, and no route has a loop.
 */
function verifyRoute(
  node: SimulatedNode,
  target: string,
  cost: number,
  leads: (via: string) => boolean,
): string | undefined {
  const via = node.core.nextHopTo(target);
  if (cost === Infinity) return via === undefined ? undefined : `goes via ${via}, there is no path`;
  if (via === undefined) return `has no route; there is one of cost ${cost}`;
  const known = node.core.costTo(target) ?? Infinity;
  if (Math.abs(known - cost) > TOLERANCE) return `costs ${known} instead of ${cost}`;
  return leads(via) ? undefined : `goes via ${via}, which is not on a cheapest path`;
}

/** Costs from one node to all, each settled node relaxing its links: the plain form, with a queue of those to look at. */
function cheapest(edges: readonly (readonly Edge[])[], start: number): Float64Array {
  const costs = new Float64Array(edges.length).fill(Infinity);
  costs[start] = 0;
  let queue = [start];
  while (queue.length > 0) {
    const improved = new Set<number>();
    for (const at of queue) {
      for (const { to, cost } of edges[at] ?? []) {
        const sum = (costs[at] ?? Infinity) + cost;
        if (sum >= (costs[to] ?? Infinity)) continue;
        costs[to] = sum;
        improved.add(to);
      }
    }
    queue = [...improved];
  }
  return costs;
}
