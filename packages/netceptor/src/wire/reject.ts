import { oneLine } from './one-line.js';
import { frameJson, jsonOf, MESSAGE_TYPE } from './message-type.js';

/** The longest reason that is sent or taken, in characters. */
const MAX_REASON = 200;

/**
 * The message that refuses a link. Its content is a list, empty with the original, which reads none; nodes of this
 * project put the reason there.
 */
export function encodeReject(reason?: string): Buffer {
  const content = reason === undefined ? [] : [oneLine(reason, MAX_REASON)];
  return frameJson(MESSAGE_TYPE.reject, JSON.stringify(content));
}

/** Why the peer refused the link, on one line; undefined when it does not say so. */
export function decodeReject(chunk: Buffer, start: number, end: number): string | undefined {
  try {
    const content: unknown = JSON.parse(jsonOf(chunk, start, end));
    const reason: unknown = Array.isArray(content) ? content[0] : undefined;
    return typeof reason === 'string' && reason !== '' ? oneLine(reason, MAX_REASON) : undefined;
  } catch {
    return undefined;
  }
}
