/** The two bits of a long header that stands for a packet of QUIC (RFC 9000, 17.2). */
const LONG_AND_FIXED = 0xc0;
const PACKET_TYPE = 0x30;
const VERSION_BYTES = 4;

/** Whether a datagram can begin a connection: it begins with an Initial packet of some version. */
export function isInitial(datagram: Buffer): boolean {
  if (datagram.length <= VERSION_BYTES) return false;
  const first = datagram.readUInt8(0);
  return (
    (first & LONG_AND_FIXED) === LONG_AND_FIXED &&
    (first & PACKET_TYPE) === 0 &&
    datagram.readUInt32BE(1) !== 0
  );
}
