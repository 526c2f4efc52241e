/** Cost and first step of the cheapest path to a node. */
export interface Path {
  readonly cost: number;
  /** The neighbour of the start through which the path goes. */
  readonly via: string;
}

/** Neighbour to cost for a node; undefined when the node is not known. */
export type Connections = (nodeId: string) => ReadonlyMap<string, number> | undefined;

interface Candidate extends Path {
  readonly nodeId: string;
}

/**
 * Dijkstra's cheapest paths from `start` to every node it can reach. A link counts only when both of its ends list it.
 * Of paths with equal cost the one with the smaller first step wins, so that every run gives the same table.
 */
export function shortestPaths(start: string, connections: Connections): Map<string, Path> {
  const paths = new Map<string, Path>();
  const queue = new CandidateHeap();
  const visit = (nodeId: string, cost: number, via: string | undefined): void => {
    for (const [neighbour, linkCost] of connections(nodeId) ?? []) {
      if (neighbour === start || paths.has(neighbour)) continue;
      if (connections(neighbour)?.has(nodeId) !== true) continue;
      queue.push({ nodeId: neighbour, cost: cost + linkCost, via: via ?? neighbour });
    }
  };
  visit(start, 0, undefined);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (paths.has(next.nodeId)) continue;
    paths.set(next.nodeId, { cost: next.cost, via: next.via });
    visit(next.nodeId, next.cost, next.via);
  }
  return paths;
}

const isBefore = (a: Candidate, b: Candidate): boolean =>
  a.cost < b.cost || (a.cost === b.cost && a.via < b.via);

/** A binary heap whose smallest item is at its root. */
class CandidateHeap {
  readonly #items: Candidate[] = [];

  push(item: Candidate): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent];
      if (above === undefined || !isBefore(item, above)) break;
      items[at] = above;
      at = parent;
    }
    items[at] = item;
  }

  pop(): Candidate | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const leftItem = items[left];
      if (leftItem === undefined) break;
      const rightItem = items[left + 1];
      const rightIsLess = rightItem !== undefined && isBefore(rightItem, leftItem);
      const child = rightIsLess ? rightItem : leftItem;
      if (!isBefore(child, last)) break;
      items[at] = child;
      at = rightIsLess ? left + 1 : left;
    }
    items[at] = last;
    return first;
  }
}
