import { CONTROL_PLANE } from './fleet.js';
import type { NodeType } from './instance.js';

/** An instance, as far as it matters for which groups it is in. */
export interface PolicyInstance {
  readonly hostname: string;
  readonly nodeType: NodeType;
  /** Whether policies may put it into groups, and not only lists. */
  readonly managedByPolicy: boolean;
}

/** An instance group and what it asks for. */
export interface PolicyGroup {
  readonly name: string;
  readonly isContainerGroup: boolean;
  /** Of the instances that may be in it, 0 to 100. */
  readonly percentage: number;
  /** Members at least. */
  readonly minimum: number;
  /** Hostnames that are in it whatever else. */
  readonly list: readonly string[];
}

/**
 * The members of each group, in the order in which they came in: those of its list, then as many as its minimum and its percentage ask for, each
 * time the instance that is in the fewest groups. Hop nodes are in none, control nodes in the control plane alone, execution nodes not in that.
 * Container groups have none.
 */
export function groupMembers(
  instances: readonly PolicyInstance[],
  groups: readonly PolicyGroup[],
): Map<string, readonly string[]> {
  const able = instances.filter(({ nodeType }) => nodeType !== 'hop');
  const known = new Set(able.map(({ hostname }) => hostname));
  const gained = new Map(able.map(({ hostname }) => [hostname, 0]));
  const filled = groups
    .filter(({ isContainerGroup }) => !isContainerGroup)
    .map((group) => {
      const members = new Set(group.list.filter((hostname) => known.has(hostname)));
      const pool = able.filter((each) => each.managedByPolicy && mayBeIn(each.nodeType, group));
      return { group, members, pool };
    });
  type Filling = (typeof filled)[number];
  const fill = (isEnough: (filling: Filling) => boolean): void => {
    for (const filling of [...filled].sort((a, b) => a.members.size - b.members.size)) {
      const fewestFirst = filling.pool
        .filter(({ hostname }) => !filling.members.has(hostname))
        .sort((a, b) => (gained.get(a.hostname) ?? 0) - (gained.get(b.hostname) ?? 0));
      for (const { hostname } of fewestFirst) {
        if (isEnough(filling)) break;
        filling.members.add(hostname);
        gained.set(hostname, (gained.get(hostname) ?? 0) + 1);
      }
    }
  };
  fill(({ group, members }) => members.size >= group.minimum);
  fill(({ group, members, pool }) => 100 * members.size >= group.percentage * pool.length);
  return new Map(filled.map(({ group, members }) => [group.name, [...members]]));
}

function mayBeIn(nodeType: NodeType, { name }: PolicyGroup): boolean {
  return name === CONTROL_PLANE ? nodeType !== 'execution' : nodeType !== 'control';
}
