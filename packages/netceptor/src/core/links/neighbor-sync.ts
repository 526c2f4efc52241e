import { encodeRoutingUpdate } from '../../wire/routing-update.js';
import type { Neighbor } from './neighbors.js';
import type { NodeTable } from '../routing/node-table.js';

/** The most bytes of other nodes' updates sent to a new neighbor; what is left out comes with their next update. */
const MAX_SYNC_BYTES = 524_288;

/**
 * Sends a new neighbor what this node knows, so that it need not wait for every node's next update. What has come since the
 * routes were computed is sent in any case; of what came before, nodes that can't be reached may be long gone. Returns how many bytes that took.
 *
 * See docs/decisions/0012-tell-a-newcomer-what-is-known.md.
 */
export function syncNeighbor(
  neighbor: Neighbor,
  nodes: NodeTable,
  ownNodeId: string,
  computedAt: number,
): number {
  let budget = MAX_SYNC_BYTES;
  for (const record of nodes.values()) {
    if (record.updateId === undefined || record.id === neighbor.nodeId) continue;
    if (record.nextHop === undefined && record.heardAt < computedAt) continue;
    const message = encodeRoutingUpdate({
      nodeId: record.id,
      updateId: record.updateId,
      epoch: record.epoch,
      sequence: record.sequence,
      connections: record.connections,
      forwardingNode: ownNodeId,
      suspectedDuplicate: 0n,
    });
    budget -= message.length;
    if (budget < 0) break;
    neighbor.transport.sendControl(message);
  }
  return MAX_SYNC_BYTES - Math.max(0, budget);
}
