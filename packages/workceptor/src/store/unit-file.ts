import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  ftruncate,
  openSync,
  read,
  readSync,
  writeSync,
  writev,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';
import { WorkError } from '../errors.js';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

/** Bytes of the largest status or mark that is read. */
const MAX_SMALL_BYTES = 16 * 1024 * 1024;

/** How a file of a unit is opened: to be read, written anew, written at its end, or emptied where there is one. */
export type UnitFileUse = 'read' | 'replace' | 'append' | 'empty';

// to open a fifo would wait for its other end
const ALWAYS = O_NOFOLLOW | O_NONBLOCK;
const flags: Readonly<Record<UnitFileUse, number>> = {
  read: O_RDONLY | ALWAYS,
  replace: O_WRONLY | O_CREAT | O_TRUNC | ALWAYS,
  append: O_WRONLY | O_CREAT | O_APPEND | ALWAYS,
  empty: O_WRONLY | O_TRUNC | ALWAYS,
};

/**
 * Bytes that are read at once, and that are written at once from the first one on: the system has them in memory, or takes them there, in
 * less time than it takes to hand them to another thread. What is longer, and what waits for a disk, never stops the event loop.
 */
export const AT_ONCE_BYTES = 64 * 1024;

const readLater = promisify(read);
const writeLater = promisify(writev);
const truncateLater = promisify(ftruncate);
const syncLater = promisify(fdatasync);

/** An open file in a unit's folder, and the only owner of its descriptor. */
export class UnitFile {
  /** Calls that are under way in other threads; written by `#later` only. */
  #running = 0;
  /** Set by `close`. */
  #closed = false;
  /** Bytes written; written by `write` only. */
  #written = 0;

  private constructor(private readonly fd: number) {}

  /**
   * Opens a file; a new one has mode 0600. A link is not followed, and only a regular file is opened.
   *
   * @throws {WorkError} `unsafe-file`; what the system says, a missing file included
   */
  static open(path: string, use: UnitFileUse): UnitFile {
    return new UnitFile(openUnitFileSync(path, use));
  }

  /** Bytes that are in it. */
  size(): bigint {
    return fstatSync(this.fd, { bigint: true }).size;
  }

  /**
   * Fills a buffer from a position on, as far as the file goes.
   *
   * @returns how many bytes were read
   */
  read(buffer: Uint8Array, position: number): Promise<number> | number {
    if (buffer.length <= AT_ONCE_BYTES) {
      return readSync(this.fd, buffer, 0, buffer.length, position);
    }
    return this.#later(
      async () => (await readLater(this.fd, buffer, 0, buffer.length, position)).bytesRead,
    );
  }

  /** Whether no more was written so far than is written at once. */
  get isShort(): boolean {
    return this.#written <= AT_ONCE_BYTES;
  }

  /** Writes all of the pieces where the last write has ended, or at the end of a file that is opened to `append`. */
  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const { length } of pieces) this.#written += length;
    if (this.isShort) {
      for (const piece of pieces) {
        for (let at = 0; at < piece.length;) at += writeSync(this.fd, piece, at, piece.length - at);
      }
      return;
    }
    for (let left = pieces; left.length > 0;) {
      const { bytesWritten } = await this.#later(() => writeLater(this.fd, left));
      left = behind(left, bytesWritten);
    }
  }

  async truncate(size: number): Promise<void> {
    await this.#later(() => truncateLater(this.fd, size));
  }

  /** Resolves when what was written outlasts a power cut. */
  async datasync(): Promise<void> {
    await this.#later(() => syncLater(this.fd));
  }

  /** Closes it, at once or when the last call that is under way has ended. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#running === 0) closeSync(this.fd);
  }

  async #later<T>(call: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await call();
    } finally {
      this.#running -= 1;
      if (this.#closed && this.#running === 0) closeSync(this.fd);
    }
  }
}

/** What is left of pieces behind their first bytes. */
function behind(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skipped = bytes;
  for (const [at, piece] of pieces.entries()) {
    if (skipped < piece.length) return [piece.subarray(skipped), ...pieces.slice(at + 1)];
    skipped -= piece.length;
  }
  return [];
}

/**
 * Reads a small file in a unit's folder whole, without following a link.
 *
 * @throws {WorkError} `unsafe-file`, also for one of more than 16 MiB; what the system says
 */
export function readUnitFile(path: string): string {
  const file = openUnitFileSync(path, 'read');
  try {
    const { size } = fstatSync(file);
    if (size > MAX_SMALL_BYTES) {
      throw unsafe(path, `has ${size} bytes, more than the ${MAX_SMALL_BYTES} that are read`);
    }
    const bytes = Buffer.alloc(size);
    let length = 0;
    while (length < size) {
      const read = readSync(file, bytes, length, size - length, length);
      if (read === 0) break;
      length += read;
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

/** Takes the content of a file away, and with it the space it has on disk. Nothing happens where there is none, or no regular one. */
export function emptyUnitFile(path: string): void {
  try {
    closeSync(openUnitFileSync(path, 'empty'));
  } catch {
    // the folder goes with what is in it
  }
}

/** As {@link UnitFile.open}; gives the descriptor. */
export function openUnitFileSync(path: string, use: UnitFileUse): number {
  let file: number;
  try {
    file = openSync(path, flags[use], 0o600);
  } catch (error) {
    throw linkError(path, error);
  }
  try {
    checkRegular(path, fstatSync(file));
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return file;
}

function checkRegular(path: string, found: Stats): void {
  if (!found.isFile()) throw unsafe(path, 'is no regular file');
}

function linkError(path: string, error: unknown): unknown {
  const isLink = error instanceof Error && 'code' in error && error.code === 'ELOOP';
  return isLink ? unsafe(path, 'is a link', error) : error;
}

function unsafe(path: string, what: string, cause?: unknown): WorkError {
  return new WorkError('unsafe-file', `${path} ${what}`, { cause });
}
