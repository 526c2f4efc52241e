import { usableBytes } from '@receptorjs/quotas';
import { StreamError } from '../errors.js';

/** Bytes that are written on the strength of one look at the free space. */
const LOOK_BYTES = 16 * 1024 * 1024;
/** What an entry takes of a file system at least, and the steps its size goes in. */
const BLOCK_BYTES = 4096;

/** Bytes a file of that size takes of a file system. */
export const spaceOf = (size: number): number =>
  BLOCK_BYTES * Math.max(1, Math.ceil(size / BLOCK_BYTES));

/**
 * Refuses what the file system of a folder has no room for.
 *
 * @param bytes that will be written
 * @param reserve bytes that stay free; default: a twentieth of the file system, and at most 1 GiB
 * @throws {StreamError} 'no-space'
 */
export async function requireSpace(
  folder: string,
  bytes: number,
  reserve: number | undefined,
): Promise<void> {
  const usable = await usableBytes(folder, reserve);
  if (bytes > usable)
    throw new StreamError(
      'no-space',
      `There is no room for ${bytes} bytes in ${folder}: ${Math.max(0, usable)} may be written there, so that ${reserve ?? 'a twentieth of the file system, or 1 GiB,'}${reserve === undefined ? '' : ' bytes'} stay free.`,
    );
}

/** Looks at the free space again while something is written, since others write, too. Owns what was written since. */
export class WrittenSpace {
  readonly #folder: string;
  readonly #reserve: number | undefined;
  #since = 0;

  constructor(folder: string, reserve: number | undefined) {
    this.#folder = folder;
    this.#reserve = reserve;
  }

  /**
   * Says that so many bytes will be written now.
   *
   * @returns a promise where the free space is looked at, to be awaited before; it rejects with a StreamError 'no-space'
   */
  add(bytes: number): Promise<void> | undefined {
    this.#since += bytes;
    if (this.#since < LOOK_BYTES) return undefined;
    const wanted = this.#since;
    this.#since = 0;
    return requireSpace(this.#folder, wanted, this.#reserve);
  }
}
