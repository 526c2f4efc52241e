import type { Finding, PathLink } from './explanation.js';

/** What a node knows of the mesh, as far as ways through it go. */
export interface KnownMesh {
  readonly nodeId: string;
  /** Node to neighbour to cost, as each node says. */
  readonly knownConnectionCosts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly routingTable: Readonly<Record<string, string>>;
}

/** The most nodes that are named in a finding. */
const MAX_NAMED = 8;

/** Says that there is no way to a node, and what is known of it: which links would have to stand. */
export function missingRoute(
  mesh: KnownMesh,
  target: string,
): { findings: Finding[]; path: PathLink[] } {
  const costs = mesh.knownConnectionCosts;
  const known = new Set([...Object.keys(costs), ...Object.values(costs).flatMap(Object.keys)]);
  if (!known.has(target)) {
    const others = [...known].filter((id) => id !== mesh.nodeId).sort();
    const text =
      others.length === 0
        ? `nothing was heard of a node ${target}, nor of any other: this node has no link`
        : `nothing was heard of a node ${target}; known: ${listed(others)}`;
    return { findings: [{ subject: 'Route', state: 'failed', text }], path: [] };
  }
  const within = [mesh.nodeId, ...Object.keys(mesh.routingTable)].sort();
  const findings: Finding[] = [
    {
      subject: 'Route',
      state: 'failed',
      text: `no way to ${target}: it is in another part of the mesh than ${listed(within)}`,
    },
  ];
  const path = brokenLinks(costs, new Set(within), target);
  for (const { from, to } of path) {
    findings.push({
      subject: 'Link',
      state: 'failed',
      text: `${from} - ${to}: ${from} says it has a link with ${to}, which ${to} does not say`,
    });
  }
  if (path.length === 0) {
    findings.push({
      subject: 'Link',
      state: 'failed',
      text: `${target} last said that it has ${links(costs[target])}; none of its links is seen from both ends`,
    });
  }
  return { findings, path };
}

/** Links at the border of the part that is reached, which one end says it has and the other does not. */
function brokenLinks(
  costs: KnownMesh['knownConnectionCosts'],
  within: ReadonlySet<string>,
  target: string,
): PathLink[] {
  const beyond = partOf(costs, target);
  const oneSided = Object.entries(costs).flatMap(([from, peers]) =>
    Object.entries(peers).flatMap(([to, cost]) =>
      costs[to]?.[from] === undefined ? [{ from, to, cost, up: false }] : [],
    ),
  );
  return oneSided.filter(
    ({ from, to }) => (within.has(from) && beyond.has(to)) || (beyond.has(from) && within.has(to)),
  );
}

/** The nodes that `start` reaches over links seen from either end. */
function partOf(costs: KnownMesh['knownConnectionCosts'], start: string): Set<string> {
  const part = new Set([start]);
  for (const id of part) {
    for (const [other, peers] of Object.entries(costs)) {
      if (peers[id] !== undefined && costs[id]?.[other] !== undefined) part.add(other);
    }
  }
  return part;
}

function links(peers: Readonly<Record<string, number>> | undefined): string {
  const names = Object.keys(peers ?? {});
  return names.length === 0 ? 'no link' : `links with ${listed(names)}`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMED).join(', ');
  return names.length > MAX_NAMED ? `${shown} and ${names.length - MAX_NAMED} more` : shown;
}
