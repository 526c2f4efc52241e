import { frameJson, MESSAGE_TYPE } from './message-type.js';

/** The message that refuses a link. Its content says nothing: an empty list. */
export function encodeReject(): Buffer {
  return frameJson(MESSAGE_TYPE.reject, '[]');
}
