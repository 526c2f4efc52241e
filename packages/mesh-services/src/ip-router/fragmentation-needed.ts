import type { Ipv4Packet } from './ipv4-packet.js';

const PROTOCOL_ICMP = 1;
const DESTINATION_UNREACHABLE = 3;
const FRAGMENTATION_NEEDED_CODE = 4;
const HEADER_BYTES = 20;
const ICMP_BYTES = 8;
const HOPS_TO_LIVE = 64;

/**
 * The ICMP message that tells the sender of a packet which size would have passed (RFC 1191).
 *
 * @param router address the message comes from, as a number
 * @param mtu bytes of the largest packet that passes
 */
export function fragmentationNeeded(packet: Ipv4Packet, router: number, mtu: number): Buffer {
  const quoted = packet.beginning;
  const message = Buffer.alloc(HEADER_BYTES + ICMP_BYTES + quoted.length);
  message.writeUInt8(0x45, 0);
  message.writeUInt16BE(message.length, 2);
  message.writeUInt8(HOPS_TO_LIVE, 8);
  message.writeUInt8(PROTOCOL_ICMP, 9);
  message.writeUInt32BE(router, 12);
  message.writeUInt32BE(packet.source, 16);
  message.writeUInt16BE(internetChecksum(message.subarray(0, HEADER_BYTES)), 10);
  const icmp = message.subarray(HEADER_BYTES);
  icmp.writeUInt8(DESTINATION_UNREACHABLE, 0);
  icmp.writeUInt8(FRAGMENTATION_NEEDED_CODE, 1);
  icmp.writeUInt16BE(mtu, 6);
  quoted.copy(icmp, ICMP_BYTES);
  icmp.writeUInt16BE(internetChecksum(icmp), 2);
  return message;
}

/** The checksum of IP and ICMP (RFC 1071); of bytes that hold their own checksum it is 0. */
export function internetChecksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
