import { isNodeId } from '../../wire/node-id.js';
import { decodeRoutingUpdate, type RoutingUpdate } from '../../wire/routing-update.js';

/**
 * Reads a routing update of another node, and leaves out the links to what can be no node. The rest counts: the node that
 * says it need not be to blame for what its neighbors call themselves.
 *
 * @throws {MeshError} `malformed-message`, `invalid-cost`
 */
export function readForeignUpdate(json: string): RoutingUpdate {
  const update = decodeRoutingUpdate(json);
  let isRight = true;
  for (const nodeId of update.connections.keys()) isRight &&= isNodeId(nodeId);
  if (isRight) return update;
  const connections = new Map([...update.connections].filter(([nodeId]) => isNodeId(nodeId)));
  return { ...update, connections };
}
