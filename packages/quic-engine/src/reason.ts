/** The longest reason that a peer is sent, in bytes: it fits into the smallest datagram. */
const MAX_REASON_BYTES = 1_024;

/** As much of a reason as is sent, in whole characters of UTF-8. */
export function reasonBytes(reason: string): Buffer {
  const room = Buffer.alloc(MAX_REASON_BYTES);
  return room.subarray(0, room.write(reason, 'utf8'));
}
