import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';

/** A key pair for one exchange. */
export interface KeyPair {
  readonly publicKey: Buffer;
  /** @throws {Error} `peer` is no public key of the group. */
  secretWith(peer: Buffer): Buffer;
}

/** Groups by their numbers in TLS (RFC 8446, 4.2.7). */
const CURVES = new Map([
  [0x0017, 'prime256v1'],
  [0x0018, 'secp384r1'],
]);

/** Makes a key pair of a group, by its number in TLS. */
export function generateKeyPair(group: number): KeyPair {
  const curve = CURVES.get(group);
  return curve === undefined ? x25519() : ecdh(curve);
}

function ecdh(curve: string): KeyPair {
  const exchange = createECDH(curve);
  return {
    publicKey: exchange.generateKeys(),
    secretWith: (peer) => exchange.computeSecret(peer),
  };
}

/** By JSON web keys (RFC 8037): OpenSSL takes ten times as long to read and write the same 32 bytes as DER. */
function x25519(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const { x = '' } = publicKey.export({ format: 'jwk' });
  return {
    publicKey: Buffer.from(x, 'base64url'),
    secretWith: (peer) => {
      const key = { kty: 'OKP', crv: 'X25519', x: peer.toString('base64url') };
      return diffieHellman({ privateKey, publicKey: createPublicKey({ key, format: 'jwk' }) });
    },
  };
}
