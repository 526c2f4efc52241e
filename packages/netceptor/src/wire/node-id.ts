import { MeshError } from '../errors.js';

/** The longest node ID this node takes part with or learns of, in bytes of UTF-8. Host names have at most 253. */
export const MAX_NODE_ID_BYTES = 1024;
/** A character of UTF-16 is at most so many bytes of UTF-8. */
const BYTES_OF_CHARACTER = 3;
/** Control characters, ends of lines and halves of surrogate pairs: what no name has, and what would not survive its way. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Whether a name can be that of a node, one's own or another's: 1 to {@link MAX_NODE_ID_BYTES} bytes without control
 * characters, and not `localhost`, which is every node's name for itself.
 */
export function isNodeId(nodeId: string): boolean {
  if (nodeId === '' || FORBIDDEN.test(nodeId) || isLocalhost(nodeId)) return false;
  return (
    nodeId.length * BYTES_OF_CHARACTER <= MAX_NODE_ID_BYTES ||
    Buffer.byteLength(nodeId) <= MAX_NODE_ID_BYTES
  );
}

/** Whether a name is the alias of one's own node: `localhost` in any case. */
export function isLocalhost(nodeId: string): boolean {
  return nodeId.length === LOCALHOST.length && nodeId.toLowerCase() === LOCALHOST;
}

const LOCALHOST = 'localhost';

/**
 * Checks the ID of one's own node.
 *
 * @throws {MeshError} `invalid-node-id`
 */
export function checkOwnNodeId(nodeId: string): void {
  if (isNodeId(nodeId)) return;
  throw new MeshError(
    'invalid-node-id',
    `node ID ${JSON.stringify(nodeId.slice(0, 80))} is not valid`,
    {
      hint: `A node ID has 1 to ${MAX_NODE_ID_BYTES} bytes, no control characters, and is not "localhost".`,
    },
  );
}
