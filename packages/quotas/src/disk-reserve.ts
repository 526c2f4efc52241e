import { statfs } from 'node:fs/promises';

/** The default reserve: so much of a file system, but no more than so many bytes. */
const reserveShare = 0.05;
const mostReserveBytes = 2 ** 30;

/** How long a look at the free space holds, in milliseconds, and how much is written on the strength of it, in bytes. */
const lookMs = 1_000;
const lookBytes = 64 * 2 ** 20;

/**
 * Bytes that may be written to the file system of a folder while its reserve stays free; negative when that is touched already.
 *
 * @param folder any on the file system
 * @param reserveBytes undefined for a twentieth of the file system, and at most 1 GiB
 * @throws what the system says when the file system can't be asked
 */
export async function usableBytes(folder: string, reserveBytes?: number): Promise<number> {
  const { blocks, bavail, bsize } = await statfs(folder);
  const reserve = reserveBytes ?? Math.min(blocks * bsize * reserveShare, mostReserveBytes);
  return Math.floor(bavail * bsize - reserve);
}

/** Free space that is left alone on the file system of a folder, for what must be written. It alone writes its fields. */
export class DiskReserve {
  /** Bytes that may be written until the next look. */
  #budget = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param folder any on the file system
   * @param reserveBytes undefined for a twentieth of the file system, and at most 1 GiB
   */
  constructor(
    private readonly folder: string,
    private readonly reserveBytes?: number,
  ) {}

  /**
   * Whether so many bytes may be written without touching the reserve.
   *
   * @throws what the system says when the file system can't be asked
   */
  async admits(bytes: number): Promise<boolean> {
    const now = performance.now();
    if (bytes > this.#budget || now - this.#lookedAt > lookMs) {
      this.#budget = Math.min(await usableBytes(this.folder, this.reserveBytes), lookBytes);
      this.#lookedAt = now;
    }
    if (bytes > this.#budget) return false;
    this.#budget -= bytes;
    return true;
  }
}
