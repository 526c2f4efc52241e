import type { Neighbors } from '../links/neighbors.js';
import type { NodeRecord } from './node-record.js';
import type { NodeTable } from './node-table.js';

/**
 * A node that can't be reached is forgotten when nothing was heard of it for so long: the least for one that never was in reach, for any
 * other the time it had been in reach, within these bounds.
 */
const FORGET_AFTER_MS = { least: 45_000, most: 3_600_000 };
/** For how long a node must be in reach to count as settled. */
const SETTLED_MS = 60_000;

/** What {@link silentNodes} finds. */
export interface Silence {
  /** The IDs of nodes to be forgotten. */
  readonly forgotten: ReadonlySet<string>;
  /** How many nodes have been in reach for a minute. */
  readonly settled: number;
}

/**
 * Finds the nodes that have been out of reach and silent: those that never were in reach, or
 * whose link was given up for what they had sent, within a minute, others after as long as
 * they had been there, an hour at most. So a node that a peer made up for a while is gone as soon.
 */
export function silentNodes(
  now: number,
  nodes: NodeTable,
  self: NodeRecord,
  neighbors: Neighbors,
): Silence {
  const { least, most } = FORGET_AFTER_MS;
  const { unreached, isScarce } = nodes;
  const patience = (record: NodeRecord): number => {
    if (isScarce || record.isDistrusted || unreached.has(record)) return least;
    return Math.min(most, Math.max(least, record.inReachMs));
  };
  const forgotten = new Set<string>();
  let settled = 0;
  for (const record of nodes.values()) {
    const { id, nextHop, reachedAt, heardAt, lostAt } = record;
    if (reachedAt !== undefined && now - reachedAt >= SETTLED_MS) settled++;
    if (record === self || nextHop !== undefined || neighbors.get(id) !== undefined) continue;
    if (now - Math.max(heardAt, lostAt) > patience(record)) forgotten.add(id);
  }
  return { forgotten, settled };
}
