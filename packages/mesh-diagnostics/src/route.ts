import type { Finding, PathLink } from './explanation.js';
import type { LostLink } from './link-history.js';

/** What a node knows of the mesh, as far as paths through it go. */
export interface KnownMesh {
  readonly nodeId: string;
  /** Node to neighbor to cost, as each node says. */
  readonly knownConnectionCosts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly routingTable: Readonly<Record<string, string>>;
}

/** The most nodes that are named in a finding. */
const MAX_NAMED = 8;

/**
 * The cheapest path between two nodes over links that both ends say they have, both nodes included; the first alone when
 * there is none.
 */
export function knownPath(
  costs: KnownMesh['knownConnectionCosts'],
  from: string,
  to: string,
): string[] {
  const best = new Map<string, { readonly cost: number; readonly before?: string }>([
    [from, { cost: 0 }],
  ]);
  const done = new Set<string>();
  const queue = new CheapestFirst();
  queue.push(0, from);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === to) return routeTo(to, best);
    if (done.has(next)) continue;
    done.add(next);
    const { cost: reached } = best.get(next) ?? { cost: Infinity };
    for (const [id, linkCost] of Object.entries(costs[next] ?? {})) {
      if (costs[id]?.[next] === undefined) continue;
      const cost = reached + linkCost;
      if (cost >= (best.get(id)?.cost ?? Infinity)) continue;
      best.set(id, { cost, before: next });
      queue.push(cost, id);
    }
  }
  return [from];
}

function routeTo(to: string, best: ReadonlyMap<string, { readonly before?: string }>): string[] {
  const path = [to];
  for (let at = best.get(to)?.before; at !== undefined; at = best.get(at)?.before) path.push(at);
  return path.reverse();
}

/** A binary heap of nodes by cost; of equal costs the one that came first comes first. It alone writes its field. */
class CheapestFirst {
  readonly #heap: { readonly cost: number; readonly order: number; readonly id: string }[] = [];
  #pushed = 0;

  push(cost: number, id: string): void {
    const item = { cost, order: this.#pushed++, id };
    let at = this.#heap.length;
    for (; at > 0; at = (at - 1) >> 1) {
      const above = this.#heap[(at - 1) >> 1];
      if (above === undefined || isBefore(above, item)) break;
      this.#heap[at] = above;
    }
    this.#heap[at] = item;
  }

  pop(): string | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first?.id;
    let at = 0;
    for (;;) {
      const [left, right] = [this.#heap[2 * at + 1], this.#heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (child === undefined || isBefore(last, child)) break;
      this.#heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    this.#heap[at] = last;
    return first.id;
  }
}

const isBefore = (
  a: { readonly cost: number; readonly order: number },
  b: { readonly cost: number; readonly order: number },
): boolean => a.cost < b.cost || (a.cost === b.cost && a.order < b.order);

/**
 * Says that there is no route to a node, and which links on the border between the two parts of the mesh are missing.
 *
 * @param lost - Links that stood once, the last one first.
 * @param now - Wall clock, milliseconds since 1970.
 */
export function missingRoute(
  mesh: KnownMesh,
  target: string,
  lost: readonly LostLink[],
  now: number,
): { findings: Finding[]; path: PathLink[] } {
  const costs = mesh.knownConnectionCosts;
  const known = new Set([
    ...Object.keys(costs),
    ...Object.values(costs).flatMap(Object.keys),
    ...lost.flatMap(({ a, b }) => [a, b]),
  ]);
  if (!known.has(target)) {
    const others = [...known].filter((id) => id !== mesh.nodeId).sort();
    const text =
      others.length === 0
        ? `nothing was heard of a node ${target}, nor of any other: this node has no link`
        : `nothing was heard of a node ${target}; known: ${listed(others)}`;
    return { findings: [{ subject: 'Route', state: 'failed', text }], path: [] };
  }
  const within = new Set([mesh.nodeId, ...Object.keys(mesh.routingTable)]);
  const findings: Finding[] = [
    {
      subject: 'Route',
      state: 'failed',
      text: `no route to ${target}; this part of the mesh: ${listed([...within].sort())}`,
    },
  ];
  const border = lost.flatMap(({ a, b, cost, lostAt }) => {
    if (within.has(a) === within.has(b)) return [];
    return [{ from: within.has(a) ? a : b, to: within.has(a) ? b : a, cost, lostAt }];
  });
  for (const { from, to, lostAt } of border.slice(0, MAX_NAMED)) {
    const seconds = Math.round((now - lostAt) / 1000);
    const text = `${from} - ${to}: down, lost ${seconds} s ago`;
    findings.push({ subject: 'Link', state: 'failed', text });
  }
  if (border.length === 0) {
    const text = `no link was seen that would join ${target} with this part`;
    findings.push({ subject: 'Link', state: 'unknown', text });
  }
  return { findings, path: border.map(({ from, to, cost }) => ({ from, to, cost, up: false })) };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}
