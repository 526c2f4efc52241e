/** The first byte of every message on a link. */
export const MESSAGE_TYPE = {
  data: 0,
  routingUpdate: 1,
  serviceAdvertisement: 2,
  reject: 3,
  /** An addition of this project; see `probe.ts`. */
  probe: 4,
} as const;

/** The largest message a link carries, in bytes: what a 2-byte length can say. */
export const MAX_MESSAGE_BYTES = 65_535;

/** The largest payload of a data message that every node takes and every link carries, in bytes. */
export const MAX_PAYLOAD_BYTES = 16_384;

/** The largest that a message has room for behind its header of 36 bytes; links that carry less say so. In bytes. */
export const LARGEST_PAYLOAD_BYTES = MAX_MESSAGE_BYTES - 36;

/** How many times a message may be handed on, its sender's link included. */
export const MAX_HOPS = 30;

/** A JSON message with its type byte. */
export function frameJson(type: number, json: string): Buffer {
  const message = Buffer.allocUnsafe(1 + Buffer.byteLength(json));
  message.writeUInt8(type, 0);
  message.write(json, 1);
  return message;
}

/** The JSON of the message `chunk[start..end)`: what follows its type byte. */
export function jsonOf(chunk: Buffer, start: number, end: number): string {
  return chunk.toString('utf8', start + 1, end);
}
