import { DATA_HEADER_BYTES, writeDataHeader } from './data-header.js';
import { hashNodeId } from './highway-hash.js';

/**
 * A ping that is answered to the service `ping`, where the answer ends: a node that can't be probed shows with it that
 * it is there, and no service of the asking node hears of it.
 */
export function pingMessage(fromNode: string, toNode: string): Buffer {
  const message = Buffer.allocUnsafe(DATA_HEADER_BYTES);
  writeDataHeader(message, 0, {
    hopsToLive: 1,
    fromNode: hashNodeId(fromNode),
    toNode: hashNodeId(toNode),
    fromService: 'ping',
    toService: 'ping',
  });
  return message;
}
