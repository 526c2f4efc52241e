import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorText } from '@receptorjs/primitives';
import { Failure } from '../failure.js';

const MODULUS_BITS = 3072;

/** The file names that the original's documentation gives these keys. */
const PRIVATE_KEY = 'work_private_key.pem';
const PUBLIC_KEY = 'work_public_key.pem';

/**
 * The file of the key that work for other nodes is signed by: the one that was given, else one in the folder, which is made where it is missing, with its public
 * key beside it for the `work-verification` of the nodes.
 *
 * @throws {Failure} for a file that has no private RSA key
 */
export async function workSigningKey(folder: string, given: string | undefined): Promise<string> {
  const file = given ?? join(folder, PRIVATE_KEY);
  if (given === undefined && !existsSync(file)) await makeKeys(folder);
  try {
    const { asymmetricKeyType: type } = createPrivateKey(readFileSync(file));
    if (type !== 'rsa') throw new Error(`it is a key of ${type ?? 'no known type'}`);
    return file;
  } catch (cause) {
    throw new Failure(`${file} has no private RSA key: ${errorText(cause)}`, 1, { cause });
  }
}

/** The public half of the key in a file, in PEM: what nodes verify work by. */
export const workPublicKey = (file: string): string =>
  createPublicKey(readFileSync(file)).export({ type: 'spki', format: 'pem' }).toString();

async function makeKeys(folder: string): Promise<void> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: MODULUS_BITS,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const at = (name: string): string => join(folder, name);
  writeFileSync(at(PUBLIC_KEY), publicKey);
  const unfinished = at(`${PRIVATE_KEY}.new`);
  writeFileSync(unfinished, privateKey, { mode: 0o600 });
  chmodSync(unfinished, 0o600);
  renameSync(unfinished, at(PRIVATE_KEY));
}
