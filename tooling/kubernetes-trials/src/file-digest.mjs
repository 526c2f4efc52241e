import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Size and SHA-256, in hexadecimal, of a file. @param {string} path */
export async function fileDigest(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}
