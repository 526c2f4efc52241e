/**
 * What a machine that joins a mesh and its control plane say to each other: the text of a join token, the request with which it is used, and the answer. Private:
 * bundled into the programs that use it.
 *
 * @packageDocumentation
 */
export { JoinProtocolError } from './join-protocol-error.js';
export { readJoinToken, writeJoinToken, type JoinToken } from './join-token.js';
export {
  isNodeId,
  JOIN_PATH,
  MAX_JOIN_BYTES,
  readJoinAnswer,
  type JoinAnswer,
  type JoinNodeType,
  type JoinRequest,
} from './join-messages.js';
