import { errorText } from '@receptorjs/primitives';
import { ConfigurationError } from '@receptorjs/runner-core';
import { makeFolder, makeFolderSync } from '@receptorjs/runner-core/internal';
import { hash, randomUUID } from 'node:crypto';
import {
  constants,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { chmod, copyFile, lstat, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { sha256Of } from './blob-manifest.js';

/** Where a worker keeps files that came with earlier runs. */
export interface BlobStoreOptions {
  /** Folder of the store, made if it is missing; only the user of the worker may enter it. */
  readonly folder: string;
  /** Most bytes it holds; beyond, what was not used for longest goes first. Default 4 GiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 4 * 1024 ** 3;
/** What is left of the limit after a store was trimmed, so that it is not trimmed again at once. */
const AFTER_TRIMMING = 0.9;
/** Largest file that is copied synchronously: its tasks would take longer than their work. */
const MAX_SMALL_BYTES = 64 * 1024;
/** Files after which other work of the process gets its turn. */
const TURN = 1024;
const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Files under the SHA-256 of their contents: `<folder>/<first two digits>/<digest>`, 0600. Any number of workers may use
 * one store at once: files appear whole, and one that is gone or damaged counts as missing.
 *
 * See docs/decisions/0065-streams-that-survive.md.
 */
export class BlobStore {
  readonly #folder: string;
  readonly #maxBytes: number;
  /** Whether something was added, so that the size has to be looked at. */
  #grown = false;

  private constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** @throws {ConfigurationError} when the folder can't be made, or belongs to or is open for others. */
  static async open({ folder, maxBytes = MAX_BYTES }: BlobStoreOptions): Promise<BlobStore> {
    const path = resolve(folder);
    try {
      await makeFolder(path);
      const { mode, uid } = await stat(path);
      if (uid !== process.getuid?.() || (mode & 0o077) !== 0)
        throw new ConfigurationError(
          `The blob store ${path} must belong to the user of the worker and have the mode 0700.`,
        );
    } catch (cause) {
      if (cause instanceof ConfigurationError) throw cause;
      throw new ConfigurationError(`The blob store ${path} can't be used: ${errorText(cause)}.`, {
        cause,
      });
    }
    return new BlobStore(path, maxBytes);
  }

  /** Which of these are not there; the others count as used just now. */
  async missing(digests: Iterable<string>): Promise<string[]> {
    const missing: string[] = [];
    const now = Date.now() / 1000;
    let turn = 0;
    for (const digest of digests) {
      try {
        utimesSync(this.#place(digest), now, now);
      } catch {
        missing.push(digest);
      }
      if (++turn % TURN === 0) await setImmediate();
    }
    return missing;
  }

  /**
   * Puts a copy of a file at `target`, which must not exist. Its contents are checked on the way; a damaged file is removed
   * from the store.
   *
   * @param mode permissions of the copy
   * @param admit gets its size before it is copied; what it rejects with is thrown
   * @returns whether it was there and whole
   */
  async take(
    digest: string,
    target: string,
    mode: number,
    admit: (size: number) => Promise<void>,
  ): Promise<boolean> {
    const place = this.#place(digest);
    try {
      const found = lstatSync(place);
      if (found.isFile()) await admit(found.size);
      if (found.isFile() && (await copyWhole(place, found.size, digest, target))) {
        await chmod(target, mode);
        return true;
      }
    } catch (error) {
      // It never was there, or another worker has trimmed the store just now.
      if (!isMissing(error, place)) throw error;
      return false;
    }
    await rm(place, { recursive: true, force: true });
    return false;
  }

  /** Keeps a copy of a file, if its contents are what the digest says and it has room. */
  async keep(digest: string, path: string): Promise<void> {
    const place = this.#place(digest);
    const { size } = lstatSync(path);
    if (size > this.#maxBytes || lstatSync(place, { throwIfNoEntry: false }) !== undefined) return;
    makeFolderSync(dirname(place));
    const unfinished = `${place}.${randomUUID()}`;
    try {
      if (size <= MAX_SMALL_BYTES) {
        const bytes = readFileSync(path);
        if (hash('sha256', bytes) !== digest) return;
        writeFileSync(unfinished, bytes, { flag: 'wx', mode: 0o600 });
      } else {
        await copyFile(path, unfinished, constants.COPYFILE_EXCL);
        await chmod(unfinished, 0o600);
        if ((await sha256Of(unfinished, size)) !== digest) {
          rmSync(unfinished);
          return;
        }
      }
      renameSync(unfinished, place);
      this.#grown = true;
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  }

  /** Removes what was not used for longest, if the store is larger than allowed. */
  async trim(): Promise<void> {
    if (!this.#grown) return;
    this.#grown = false;
    const files: { path: string; size: number; used: number }[] = [];
    for (const group of await readdir(this.#folder))
      for (const name of await readdir(join(this.#folder, group)).catch(() => [])) {
        const path = join(this.#folder, group, name);
        const found = await lstat(path).catch(() => undefined);
        if (found?.isFile() === true) files.push({ path, size: found.size, used: found.mtimeMs });
      }
    let total = files.reduce((sum, { size }) => sum + size, 0);
    if (total <= this.#maxBytes) return;
    files.sort((a, b) => a.used - b.used);
    for (const { path, size } of files) {
      if (total <= this.#maxBytes * AFTER_TRIMMING) return;
      await rm(path, { force: true });
      total -= size;
    }
  }

  /** Where a file lies; what is no digest lies nowhere. */
  #place(digest: string): string {
    if (!DIGEST.test(digest)) return join(this.#folder, 'no-digest', 'none');
    return join(this.#folder, digest.slice(0, 2), digest);
  }
}

/** Copies a file if its contents are what the digest says. */
async function copyWhole(
  place: string,
  size: number,
  digest: string,
  target: string,
): Promise<boolean> {
  if (size <= MAX_SMALL_BYTES) {
    const bytes = readFileSync(place);
    if (hash('sha256', bytes) !== digest) return false;
    writeFileSync(target, bytes, { flag: 'wx', mode: 0o600 });
    return true;
  }
  await copyFile(place, target, constants.COPYFILE_EXCL);
  if ((await sha256Of(target, size)) === digest) return true;
  await rm(target, { force: true });
  return false;
}

function isMissing(error: unknown, path: string): boolean {
  const { code, path: missing } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' && missing === path;
}
