import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
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
 * Opens a file in a unit's folder; a new one has mode 0600. A link is not followed, and only a regular file is read.
 *
 * @throws {WorkError} `unsafe-file`; what the system says, a missing file included
 */
export async function openUnitFile(path: string, use: UnitFileUse): Promise<FileHandle> {
  const file = await open(path, flags[use], 0o600).catch((error: unknown) => {
    throw linkError(path, error);
  });
  try {
    checkRegular(path, await file.stat());
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
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

/** As {@link openUnitFile}, at once; gives the descriptor. */
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
