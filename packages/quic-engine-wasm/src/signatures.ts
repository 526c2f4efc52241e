import { memoizeBytes } from '@receptorjs/primitives';
import { constants, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** A way to sign: the algorithm's DER in a public key, its hash, and whether RSA pads by PSS. */
interface Scheme {
  readonly keyAlgorithm: Buffer;
  readonly hash: string | undefined;
  readonly pss?: boolean;
}

const P256 = Buffer.from('301306072a8648ce3d020106082a8648ce3d030107', 'hex');
const P384 = Buffer.from('301006072a8648ce3d020106052b81040022', 'hex');
const P521 = Buffer.from('301006072a8648ce3d020106052b81040023', 'hex');
const RSA = Buffer.from('300d06092a864886f70d0101010500', 'hex');
const ED25519 = Buffer.from('300506032b6570', 'hex');

/** By numbers of TLS (RFC 8446, 4.2.3), and those of rust/src/crypto/signatures.rs for what only certificates use. */
const SCHEMES = new Map<number, Scheme>([
  [0x0403, { keyAlgorithm: P256, hash: 'sha256' }],
  [0x0503, { keyAlgorithm: P384, hash: 'sha384' }],
  [0x0603, { keyAlgorithm: P521, hash: 'sha512' }],
  [0xff01, { keyAlgorithm: P256, hash: 'sha384' }],
  [0xff02, { keyAlgorithm: P384, hash: 'sha256' }],
  [0xff03, { keyAlgorithm: P521, hash: 'sha256' }],
  [0xff04, { keyAlgorithm: P521, hash: 'sha384' }],
  [0x0401, { keyAlgorithm: RSA, hash: 'sha256' }],
  [0x0501, { keyAlgorithm: RSA, hash: 'sha384' }],
  [0x0601, { keyAlgorithm: RSA, hash: 'sha512' }],
  [0x0804, { keyAlgorithm: RSA, hash: 'sha256', pss: true }],
  [0x0805, { keyAlgorithm: RSA, hash: 'sha384', pss: true }],
  [0x0806, { keyAlgorithm: RSA, hash: 'sha512', pss: true }],
  [0x0807, { keyAlgorithm: ED25519, hash: undefined }],
]);

/** Signatures by longer keys have no room in the engine; Go takes none by them either. */
const MAX_RSA_BITS = 8_192;
/** Public keys of peers that are kept. */
const KEPT_KEYS = 256;
/** Kinds of private keys in the order of rust/src/crypto/signatures.rs. */
const KEY_KINDS = ['prime256v1', 'secp384r1', 'secp521r1', 'ed25519', 'rsa'];

/**
 * The number by which the engine knows a kind of key.
 *
 * @throws {Error} It is none that TLS 1.3 signs with.
 */
export function kindOfKey(key: KeyObject): number {
  const type = key.asymmetricKeyType ?? 'secret';
  const name = type === 'ec' ? (key.asymmetricKeyDetails?.namedCurve ?? type) : type;
  const kind = KEY_KINDS.indexOf(name);
  if (kind < 0) throw new Error(`a key of the kind ${name} can't be used`);
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (modulusLength > MAX_RSA_BITS) {
    throw new Error(`an RSA key of ${modulusLength} bits can't be used; at most ${MAX_RSA_BITS}`);
  }
  return kind;
}

/** @throws {Error} The key does not fit the scheme. */
export function signWith(key: KeyObject, scheme: number, message: Buffer): Buffer {
  const { hash, pss } = known(scheme);
  return sign(hash, message, pss === true ? { key, ...PSS } : key);
}

/** @throws {Error} The key, in the form that its algorithm has in a certificate, is none. */
export function isSigned(scheme: number, key: Buffer, message: Buffer, signature: Buffer): boolean {
  const { keyAlgorithm, hash, pss } = known(scheme);
  const bits = element(0x03, Buffer.concat([Buffer.from([0]), key]));
  const publicKey = publicKeyOf(element(0x30, Buffer.concat([keyAlgorithm, bits])));
  return verify(hash, message, pss === true ? { key: publicKey, ...PSS } : publicKey, signature);
}

/** Of a SubjectPublicKeyInfo. The peers of a node are few, and OpenSSL reads a key for as long as it verifies by it. */
const publicKeyOf = memoizeBytes(KEPT_KEYS, (spki) =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }),
);

const PSS = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
};

function known(number: number): Scheme {
  const scheme = SCHEMES.get(number);
  if (scheme === undefined) throw new Error(`there is no signature scheme ${number}`);
  return scheme;
}

/** A DER element: tag, length, content. */
function element(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}
