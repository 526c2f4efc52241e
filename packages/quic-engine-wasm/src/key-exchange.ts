import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';

/** A key pair for one exchange. */
export interface KeyPair {
  readonly publicKey: Buffer;
  /** @throws {Error} `peer` is no public key of the group. */
  secretWith(peer: Buffer): Buffer;
}

/** What stands before the 32 bytes of an X25519 key in its SubjectPublicKeyInfo (RFC 8410). */
const X25519_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');

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

function x25519(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return {
    publicKey: spki.subarray(X25519_PREFIX.length),
    secretWith: (peer) => {
      const key = Buffer.concat([X25519_PREFIX, peer]);
      return diffieHellman({
        privateKey,
        publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
      });
    },
  };
}
