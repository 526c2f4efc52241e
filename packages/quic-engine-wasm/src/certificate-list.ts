const LENGTH_BYTES = 4;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

/** The certificates of a PEM text as DER, each after its length. */
export function packPem(pem: string): Buffer {
  const parts = [...pem.matchAll(CERTIFICATE)].flatMap(([, text = '']) => {
    const der = Buffer.from(text, 'base64');
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(der.length);
    return [length, der];
  });
  return Buffer.concat(parts);
}

/** What {@link packPem} has packed, one DER after the other. */
export function unpack(list: Buffer): Buffer[] {
  const certificates: Buffer[] = [];
  for (let at = 0; at + LENGTH_BYTES <= list.length;) {
    const length = list.readUInt32LE(at);
    at += LENGTH_BYTES;
    certificates.push(list.subarray(at, at + length));
    at += length;
  }
  return certificates;
}
