import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';

/** Keys of Curve25519, 32 bytes each. */
export interface KeyPair {
  readonly publicKey: Buffer;
  readonly secretKey: Buffer;
}

// The DER that surrounds the 32 bytes of a key (RFC 8410).
const PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex');

/** A new pair of keys. */
export function newKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(PUBLIC_HEAD.length),
    secretKey: privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PRIVATE_HEAD.length),
  };
}

/** What two parties share: NaCl's box for one pair of keys, each text with a nonce of 24 bytes that is used once. */
export class CurveBox {
  readonly #key: Uint8Array;

  constructor(theirPublicKey: Buffer, ourSecretKey: Buffer) {
    const shared = diffieHellman({
      privateKey: createPrivateKey({
        key: Buffer.concat([PRIVATE_HEAD, ourSecretKey]),
        format: 'der',
        type: 'pkcs8',
      }),
      publicKey: createPublicKey({
        key: Buffer.concat([PUBLIC_HEAD, theirPublicKey]),
        format: 'der',
        type: 'spki',
      }),
    });
    const words = (bytes: Buffer) =>
      Uint32Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(at * 4));
    const derived = new Uint32Array(8);
    hsalsa(words(Buffer.from('expand 32-byte k')), words(shared), new Uint32Array(4), derived);
    const key = Buffer.alloc(32);
    derived.forEach((word, at) => key.writeUInt32LE(word, at * 4));
    this.#key = key;
  }

  seal(nonce: Buffer, text: Buffer): Buffer {
    return Buffer.from(xsalsa20poly1305(this.#key, nonce).encrypt(text));
  }

  /** @throws when it was not sealed by the other party with this nonce */
  open(nonce: Buffer, sealed: Buffer): Buffer {
    return Buffer.from(xsalsa20poly1305(this.#key, nonce).decrypt(sealed));
  }
}
