import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';

/** The default reserve: so much of a file system, but no more than so many bytes. */
const RESERVE_SHARE = 0.05;
const MOST_RESERVE_BYTES = 2 ** 30;

/** How long a measured free space is used, in milliseconds, and how many bytes are written at most until it is measured again. */
const LOOK_MS = 1_000;
const LOOK_BYTES = 64 * 2 ** 20;

/** The space of a file system, in bytes. */
export interface DiskSpace {
  readonly free: number;
  /** What is to stay free of it. */
  readonly reserve: number;
}

/**
 * The free space of the file system of a folder, and its reserve.
 *
 * @param folder any on the file system
 * @param reserveBytes undefined for a twentieth of the file system, and at most 1 GiB
 * @throws what the system says when the file system can't be asked
 */
async function diskSpace(folder: string, reserveBytes?: number): Promise<DiskSpace> {
  const { blocks, bavail, bsize } = await statfs(folder);
  // some file systems, those of networks among them, do not say how large they are
  if (blocks === 0) return { free: Number.MAX_SAFE_INTEGER, reserve: 0 };
  const reserve = reserveBytes ?? Math.min(blocks * bsize * RESERVE_SHARE, MOST_RESERVE_BYTES);
  return { free: bavail * bsize, reserve };
}

/**
 * Bytes that may be written to the file system of a folder while its reserve stays free; negative when that is touched already.
 *
 * @param folder any on the file system
 * @param reserveBytes undefined for a twentieth of the file system, and at most 1 GiB
 * @throws what the system says when the file system can't be asked
 */
export async function usableBytes(folder: string, reserveBytes?: number): Promise<number> {
  const { free, reserve } = await diskSpace(folder, reserveBytes);
  return Math.floor(free - reserve);
}

/**
 * Free space that is left alone on a file system, for what must be written. All who write to the file system ask the same one, one after
 * another: what one of them is let write, the others are not. It alone writes its fields.
 */
export class DiskReserve {
  /** Bytes that may be written until the next look. */
  #budget = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** The end of the last question. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param usable bytes that may be written now, see {@link usableBytes} */
  constructor(
    private readonly usable: () => Promise<number>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Whether so many bytes may be written without touching the reserve.
   *
   * @param leftBytes what must be left above the reserve then, for those who need little
   * @throws what the system says when the file system can't be asked
   */
  admits(bytes: number, leftBytes = 0): Promise<boolean> {
    const answer = this.#last.then(() => this.#take(bytes, leftBytes));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #take(bytes: number, leftBytes: number): Promise<boolean> {
    const needed = bytes + leftBytes;
    if (needed > this.#budget || this.now() - this.#lookedAt > LOOK_MS) {
      // a large piece is more than what a look is good for otherwise
      this.#budget = Math.min(await this.usable(), Math.max(LOOK_BYTES, needed));
      this.#lookedAt = this.now();
    }
    if (needed > this.#budget) return false;
    this.#budget -= bytes;
    return true;
  }
}

/** The reserves of all file systems that are written to, one for each. It alone writes its fields. */
export class DiskReserves {
  readonly #byDevice = new Map<number, DiskReserve>();

  /** @param reserveBytes undefined for a twentieth of the file system, and at most 1 GiB */
  constructor(private readonly reserveBytes?: number) {}

  /**
   * The reserve of the file system that a folder is on.
   *
   * @param folder one that stays
   * @throws what the system says when there is no such folder
   */
  of(folder: string): DiskReserve {
    const { dev } = statSync(folder);
    const known = this.#byDevice.get(dev);
    if (known) return known;
    const reserve = new DiskReserve(() => usableBytes(folder, this.reserveBytes));
    this.#byDevice.set(dev, reserve);
    return reserve;
  }

  /**
   * The space of the file system that a folder is on.
   *
   * @throws what the system says when the file system can't be asked
   */
  spaceOf(folder: string): Promise<DiskSpace> {
    return diskSpace(folder, this.reserveBytes);
  }
}
