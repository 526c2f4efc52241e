import { errorText } from '@receptorjs/primitives';
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { CertificateError } from '../certificate-error.js';
import { pemBlocks, type PemBlock } from './pem.js';

/** The kinds of block that the certificate commands know. */
const known = new Set([
  'CERTIFICATE',
  'CERTIFICATE REQUEST',
  'RSA PRIVATE KEY',
  'PRIVATE KEY',
  'PUBLIC KEY',
]);

/**
 * The blocks of a PEM file.
 *
 * @throws {CertificateError} `unreadable-file`
 */
export async function readPemFile(file: string): Promise<PemBlock[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const why = missing ? 'no such file or directory' : String(cause);
    throw new CertificateError('unreadable-file', `open ${file}: ${why}`, { cause });
  }
  const blocks = pemBlocks(text);
  const odd = blocks.find(({ type }) => !known.has(type));
  if (odd !== undefined) {
    throw new CertificateError('unreadable-file', `unknown block type ${odd.type}`, {
      hint: `${file} may hold ${[...known].join(', ')}; keys must not be encrypted`,
    });
  }
  if (blocks.length === 0) {
    throw new CertificateError('unreadable-file', 'failed to decode PEM block', {
      hint: `${file} holds no block of -----BEGIN ...-----`,
    });
  }
  return blocks;
}

/** The one block of a file. */
export function onlyItem(blocks: readonly PemBlock[], what: string): PemBlock {
  const [block, second] = blocks;
  if (block === undefined || second !== undefined) {
    throw new CertificateError(
      'invalid-configuration',
      `${what} file should contain exactly one item`,
    );
  }
  return block;
}

/** Writes a file that its owner alone may read, in place of what was there, at once and whole. */
export async function writeSecretFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.new`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    const why = errorText(cause);
    throw new CertificateError('unreadable-file', `error writing ${file}: ${why}`, { cause });
  }
}
