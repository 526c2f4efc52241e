import { checkPrivateDataDir } from '@receptorjs/runner-core/internal';
import { createHash, hash, webcrypto } from 'node:crypto';
import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { walkFolder } from '../archive/folder-walk.js';
import { isExcludedFromTransmit } from '../archive/transmit-exclusions.js';

/** A file that may be known at the far side already, by what is in it. */
export interface ManifestFile {
  /** Path below the private data dir. */
  readonly name: string;
  /** SHA-256 of its contents, in hexadecimal. */
  readonly sha256: string;
  readonly size: number;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Files of a private data dir that can be transferred by their contents. */
export type Manifest = readonly ManifestFile[];

/** Where secrets usually are; what is in there is sent with each run and stays in no store. */
const SECRET = new Set(['env', 'inventory', 'args']);
const MAX_SMALL_BYTES = 64 * 1024;
/** Largest file that is hashed in one go, in Node's thread pool. */
const MAX_WHOLE_BYTES = 8 * 1024 * 1024;
const AT_ONCE = 4;
const TURN = 1024;

/**
 * Reads and hashes the files of a private data dir, on all cores, in bounded memory. Left out are `env/`, `inventory` and
 * `args`, where secrets are, and what `transmit` never sends.
 *
 * @throws {ConfigurationError} when there is no private data dir.
 */
export async function manifestOf(privateDataDir: string): Promise<Manifest> {
  await checkPrivateDataDir(privateDataDir);
  const files: ManifestFile[] = [];
  const large: { at: number; path: string }[] = [];
  const buffer = Buffer.allocUnsafe(MAX_SMALL_BYTES);
  for (const { name, kind } of walkFolder(
    privateDataDir,
    (member) => SECRET.has(member) || isExcludedFromTransmit(member),
  )) {
    if (kind !== 'file') continue;
    const path = join(privateDataDir, name);
    const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size, mode, mtimeMs: time } = fstatSync(file);
      if (size > MAX_SMALL_BYTES) large.push({ at: files.length, path });
      const read = size > MAX_SMALL_BYTES ? 0 : readSync(file, buffer, 0, size, 0);
      const sha256 = hash('sha256', buffer.subarray(0, read));
      files.push({ name, sha256, size, mode: mode & 0o777, time });
    } finally {
      closeSync(file);
    }
    if (files.length % TURN === 0) await setImmediate();
  }
  await eachOf(large, async ({ at, path }) => {
    const file = files[at];
    if (file !== undefined) files[at] = { ...file, sha256: await sha256Of(path, file.size) };
  });
  return files;
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256Of(path: string, size: number): Promise<string> {
  if (size <= MAX_WHOLE_BYTES)
    return Buffer.from(await webcrypto.subtle.digest('SHA-256', await readFile(path))).toString(
      'hex',
    );
  const sum = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 }))
    sum.update(piece as Buffer);
  return sum.digest('hex');
}

/** Does something with each item, a few at a time. */
export async function eachOf<T>(
  items: readonly T[],
  action: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const work = async () => {
    for (const item of left) await action(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
