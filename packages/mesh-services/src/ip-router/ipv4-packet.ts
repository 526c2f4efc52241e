const MIN_HEADER_BYTES = 20;
const DONT_FRAGMENT_FLAG = 0x4000;
const FRAGMENT_OFFSET_MASK = 0x1fff;
const PROTOCOL_ICMP = 1;
/** ICMP messages that are no errors: requests and their answers. */
const icmpQueries = new Set([0, 8, 13, 14]);

/** What is looked at in a packet of IPv4. */
export class Ipv4Packet {
  private constructor(
    private readonly bytes: Buffer,
    private readonly headerBytes: number,
  ) {}

  /** Takes a packet as it is, or nothing when it is not an IPv4 packet. */
  static of(bytes: Buffer): Ipv4Packet | undefined {
    if (bytes.length < MIN_HEADER_BYTES) return undefined;
    const first = bytes.readUInt8(0);
    const headerBytes = (first & 15) * 4;
    if (first >> 4 !== 4 || headerBytes < MIN_HEADER_BYTES || bytes.length < headerBytes) {
      return undefined;
    }
    return new Ipv4Packet(bytes, headerBytes);
  }

  get source(): number {
    return this.bytes.readUInt32BE(12);
  }

  get destination(): number {
    return this.bytes.readUInt32BE(16);
  }

  /** Whether its sender wants to know about its size: errors are never answered by errors, nor is the rest of a packet. */
  get mayBeTooBig(): boolean {
    const flags = this.bytes.readUInt16BE(6);
    if ((flags & DONT_FRAGMENT_FLAG) === 0 || (flags & FRAGMENT_OFFSET_MASK) !== 0) return false;
    if (this.bytes.readUInt8(9) !== PROTOCOL_ICMP) return true;
    return icmpQueries.has(this.bytes[this.headerBytes] ?? -1);
  }

  /** Its header and eight bytes more, by which the sender knows it again. */
  get beginning(): Buffer {
    return this.bytes.subarray(0, this.headerBytes + 8);
  }
}
