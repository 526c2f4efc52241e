import type { NodeActivity, NodeStatus } from '@receptorjs/control-client';
import type { MeshView, ObservedLink, ObservedNode } from '@receptorjs/controller-core';

/** The fields of a status that a view is made of. */
export const viewFields = [
  'NodeID',
  'Connections',
  'KnownConnectionCosts',
  'RoutingTable',
  'Advertisements',
] as const satisfies readonly (keyof NodeStatus)[];

/**
 * Reads the mesh out of what a node says: each node that it has heard of, and each link that is up now. A link that is down is in none of these: a node
 * takes it back as soon as it hears so.
 *
 * @param activities what nodes say of their own links, as far as they do
 */
export function meshView(
  status: NodeStatus,
  activities: ReadonlyMap<string, NodeActivity> = new Map(),
): MeshView {
  const { NodeID: hostname = '' } = status;
  const links = linksOf(status, activities);
  const neighbours = new Map<string, number>();
  for (const { source, target } of links) {
    for (const node of [source, target]) neighbours.set(node, (neighbours.get(node) ?? 0) + 1);
  }
  const routes = status.RoutingTable ?? {};
  const advertised = advertisedBy(status);
  const names = new Set([
    hostname,
    ...neighbours.keys(),
    ...Object.keys(routes),
    ...advertised.keys(),
  ]);
  const nodes = [...names].sort().map((name): ObservedNode => {
    const { at, workTypes = [] } = advertised.get(name) ?? {};
    return {
      hostname: name,
      ...(at !== undefined && { advertisedAt: at }),
      workTypes,
      isReachable: name === hostname || Object.hasOwn(routes, name),
      neighbours: neighbours.get(name) ?? 0,
    };
  });
  return { hostname, nodes, links };
}

interface Advertised {
  readonly at: number | undefined;
  readonly workTypes: readonly string[];
}

/** What each node advertises, all its services together. */
function advertisedBy({ Advertisements }: NodeStatus): ReadonlyMap<string, Advertised> {
  const all = new Map<string, Advertised>();
  for (const { NodeID, Time, WorkCommands } of Advertisements ?? []) {
    const before = all.get(NodeID);
    const time = Date.parse(Time);
    const at = Number.isNaN(time) ? before?.at : Math.max(time, before?.at ?? time);
    const offered = (WorkCommands ?? []).map(({ WorkType }) => WorkType);
    all.set(NodeID, { at, workTypes: [...new Set([...(before?.workTypes ?? []), ...offered])] });
  }
  return all;
}

function linksOf(
  { NodeID: here, Connections, KnownConnectionCosts, RoutingTable }: NodeStatus,
  activities: ReadonlyMap<string, NodeActivity>,
): readonly ObservedLink[] {
  const routes = RoutingTable ?? {};
  const told = (from: string, to: string) =>
    activities.get(from)?.links.find(({ nodeId }) => nodeId === to);
  const links = new Map<string, ObservedLink>();
  const add = (from: string, to: string, cost: number): void => {
    const [source, target] = from < to ? ([from, to] as const) : ([to, from] as const);
    const said = told(source, target) ?? told(target, source);
    const upSince = said && Date.parse(said.upSince);
    links.set(JSON.stringify([source, target]), {
      source,
      target,
      cost,
      ...(said?.rttMs !== undefined && { rttMs: said.rttMs }),
      ...(upSince !== undefined && !Number.isNaN(upSince) && { upSince }),
    });
  };
  for (const [from, costs] of Object.entries(KnownConnectionCosts ?? {})) {
    for (const [to, cost] of Object.entries(costs)) {
      // one of its own that is gone may stand in what others have said
      const isOwn = from === here || to === here;
      const peer = from === here ? to : from;
      const isUp = !isOwn || Connections?.some(({ NodeID }) => NodeID === peer) !== false;
      // a link is up while both of its ends say so, and what can't be reached says nothing any more
      const isMutual = Object.hasOwn((KnownConnectionCosts ?? {})[to] ?? {}, from);
      const isHeard = [from, to].some((end) => end === here || Object.hasOwn(routes, end));
      if (isUp && isMutual && isHeard) add(from, to, cost);
    }
  }
  return [...links.values()].sort(
    (a, b) => a.source.localeCompare(b.source) || a.target.localeCompare(b.target),
  );
}
