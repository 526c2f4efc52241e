import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { CertificateError } from '../certificate-error.js';
import { onlyItem, readPemFile } from './pem-files.js';

const generate = promisify(generateKeyPair);

/** The largest key made, in bits; larger ones take minutes. */
const MAX_BITS = 16_384;
const MIN_BITS = 1_024;

/**
 * A new RSA key with the exponent 65537.
 *
 * @param bits - 0 for 2048.
 * @throws {CertificateError} `invalid-configuration`
 */
export async function generateKey(bits: number): Promise<KeyObject> {
  const modulusLength = bits === 0 ? 2048 : bits;
  if (!Number.isInteger(modulusLength) || modulusLength < MIN_BITS || modulusLength > MAX_BITS) {
    throw new CertificateError(
      'invalid-configuration',
      `bits must be from ${String(MIN_BITS)} to ${String(MAX_BITS)}, not ${String(bits)}`,
    );
  }
  return (await generate('rsa', { modulusLength })).privateKey;
}

/** A key as the block RSA PRIVATE KEY. */
export function keyToPem(key: KeyObject): string {
  return key.export({ type: 'pkcs1', format: 'pem' }).toString();
}

/** The one RSA key of a file that may hold other things besides. */
export async function loadRequestKey(file: string): Promise<KeyObject> {
  const keys = (await readPemFile(file)).filter(({ type }) => isKey(type));
  const [block] = keys;
  if (block === undefined) {
    throw new CertificateError('invalid-configuration', `no private keys in file ${file}`, {
      hint: 'It needs one block of -----BEGIN RSA PRIVATE KEY----- or -----BEGIN PRIVATE KEY-----.',
    });
  }
  if (keys.length > 1) {
    throw new CertificateError('invalid-configuration', `multiple private keys in file ${file}`);
  }
  return toKey(file, block);
}

/** The key of a file that holds nothing else. */
export async function loadCaKey(file: string): Promise<KeyObject> {
  const block = onlyItem(await readPemFile(file), 'private key');
  if (!isKey(block.type)) {
    throw new CertificateError(
      'invalid-configuration',
      'private key file does not contain private key data',
      { hint: `${file} holds ${block.type}` },
    );
  }
  return toKey(file, block);
}

function isKey(type: string): boolean {
  return type === 'RSA PRIVATE KEY' || type === 'PRIVATE KEY';
}

function toKey(
  file: string,
  { type, der }: { readonly type: string; readonly der: Buffer },
): KeyObject {
  try {
    const format = type === 'RSA PRIVATE KEY' ? 'pkcs1' : 'pkcs8';
    const key = createPrivateKey({ key: der, format: 'der', type: format });
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch (cause) {
    throw new CertificateError('unreadable-file', `failed to parse the private key in ${file}`, {
      cause,
    });
  }
  throw new CertificateError('invalid-configuration', `the private key in ${file} is not RSA`);
}
