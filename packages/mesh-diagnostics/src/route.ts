import type { Finding, PathLink } from './explanation.js';
import type { LostLink } from './link-history.js';

/** What a node knows of the mesh, as far as ways through it go. */
export interface KnownMesh {
  readonly nodeId: string;
  /** Node to neighbour to cost, as each node says. */
  readonly knownConnectionCosts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly routingTable: Readonly<Record<string, string>>;
}

/** The most nodes that are named in a finding. */
const MAX_NAMED = 8;

/**
 * The cheapest way between two nodes over links that both ends say they have, both nodes included; the first alone when
 * there is none.
 */
export function knownPath(
  costs: KnownMesh['knownConnectionCosts'],
  from: string,
  to: string,
): string[] {
  const best = new Map<string, { readonly cost: number; readonly path: readonly string[] }>([
    [from, { cost: 0, path: [from] }],
  ]);
  const done = new Set<string>();
  for (;;) {
    let next: string | undefined;
    for (const [id, { cost }] of best) {
      if (!done.has(id) && cost < (best.get(next ?? '')?.cost ?? Infinity)) next = id;
    }
    const reached = next === undefined ? undefined : best.get(next);
    if (next === undefined || reached === undefined) return [from];
    if (next === to) return [...reached.path];
    done.add(next);
    for (const [id, linkCost] of Object.entries(costs[next] ?? {})) {
      if (costs[id]?.[next] === undefined) continue;
      const cost = reached.cost + linkCost;
      if (cost < (best.get(id)?.cost ?? Infinity)) {
        best.set(id, { cost, path: [...reached.path, id] });
      }
    }
  }
}

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
