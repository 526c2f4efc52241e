import type { NodeRecord } from './routing/node-record.js';

/** A search looks at all nodes: so many give way at once, and of one neighbor's no more than that share. */
const BATCH = 64;
const SHARE_OF_BATCH = 1 / 16;

/** What {@link crowdedNodes} is asked. */
export interface Crowd {
  readonly nodes: Iterable<NodeRecord>;
  /** Whom a node is counted for: the neighbor over which it is reached or that has named it; undefined for one that is lost. */
  readonly via: (record: NodeRecord) => string | undefined;
  /** Whether a node keeps its room in any case. */
  readonly isKept: (record: NodeRecord) => boolean;
  /** How much room a node takes. */
  readonly size: (record: NodeRecord) => number;
  /** How much is needed. */
  readonly needed: number;
  /** The neighbor for whose node it is needed; undefined for a neighbor itself, which gets it from any other. */
  readonly forVia: string | undefined;
}

/**
 * The nodes that give way where a table is full: those that are lost, else the newest of the neighbor with the most, if that has
 * more than the one that asks. So a peer that makes nodes up which list each other takes no room from those of others. None when there are
 * not enough.
 */
export function crowdedNodes({ nodes, via, isKept, size, needed, forVia }: Crowd): NodeRecord[] {
  const ofNeighbors = new Map<string | undefined, { sum: number; records: NodeRecord[] }>();
  for (const record of nodes) {
    if (isKept(record)) continue;
    const key = via(record);
    let those = ofNeighbors.get(key);
    if (those === undefined) ofNeighbors.set(key, (those = { sum: 0, records: [] }));
    those.sum += size(record);
    those.records.push(record);
  }
  let largest = ofNeighbors.get(undefined);
  if (largest === undefined || largest.sum < needed) {
    const own = forVia === undefined ? 0 : (ofNeighbors.get(forVia)?.sum ?? 0) + needed;
    ofNeighbors.delete(undefined);
    largest = undefined;
    for (const each of ofNeighbors.values()) if (each.sum > (largest?.sum ?? own)) largest = each;
  }
  if (largest === undefined) return [];
  const { records } = largest;
  records.sort((a, b) => newness(b) - newness(a));
  const batch = Math.min(BATCH, Math.max(1, Math.floor(records.length * SHARE_OF_BATCH)));
  let room = 0;
  let count = 0;
  for (; count < records.length && (room < needed || count < batch); count++) {
    const record = records[count];
    if (record !== undefined) room += size(record);
  }
  return room < needed ? [] : records.slice(0, count);
}

/** Of those that are lost the ones lost first give way first. */
const newness = ({ reachedAt, lostAt, nextHop, heardAt }: NodeRecord): number =>
  reachedAt ?? (nextHop === undefined && lostAt > -Infinity ? -lostAt : heardAt);
