import { MeshError } from '../errors.js';

/** The longest node ID this node takes part with or learns of, in bytes of UTF-8. Host names have at most 253. */
export const MAX_NODE_ID_BYTES = 1024;

/** Whether a node ID is one this node can work with: not empty, at most {@link MAX_NODE_ID_BYTES}. */
export function isNodeId(nodeId: string): boolean {
  return nodeId !== '' && Buffer.byteLength(nodeId) <= MAX_NODE_ID_BYTES;
}

/** Whether a name is the alias of one's own node: `localhost` in any case. */
export function isLocalhost(nodeId: string): boolean {
  return nodeId.toLowerCase() === 'localhost';
}

/**
 * Checks the ID of one's own node.
 *
 * @throws {MeshError} `invalid-node-id`
 */
export function checkOwnNodeId(nodeId: string): void {
  if (isNodeId(nodeId) && !isLocalhost(nodeId)) return;
  throw new MeshError(
    'invalid-node-id',
    `node ID ${JSON.stringify(nodeId.slice(0, 80))} is not valid`,
    {
      hint: `A node ID has 1 to ${MAX_NODE_ID_BYTES} bytes and is not "localhost".`,
    },
  );
}
