import type { Neighbors } from '../links/neighbors.js';
import type { NodeRecord } from './node-record.js';
import type { NodeTable } from './node-table.js';

/** The links of a node and their costs: what it says, without those that the other end denies. */
export function knownConnections(
  record: NodeRecord,
  self: NodeRecord,
  nodes: NodeTable,
  neighbors: Neighbors,
): Record<string, number> {
  const link = neighbors.get(record.id);
  const entries = [...record.connections].filter(([nodeId]) => {
    if (record === self) return true;
    if (nodeId === self.id) return link !== undefined;
    const other = nodes.get(nodeId);
    return other?.updateId === undefined || other.connections.has(record.id);
  });
  if (link !== undefined) entries.push([self.id, link.cost]);
  return Object.fromEntries(entries);
}
