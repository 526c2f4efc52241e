import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { errorCode, UnsafeFileError } from '../errors.js';

/** Largest file with one word in it, such as `rc`, `status` or `pid`, in bytes. */
export const MAX_WORD_BYTES = 1024;

// To open a pipe would wait for its other end.
const ALWAYS = constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Bytes that are read at once: a pause for everybody else comes after each. */
const PIECE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file of a folder that others may have made, as UTF-8. Only a regular file is read, and no link is followed.
 *
 * @param maxBytes of the file
 * @returns `undefined` when there is none
 * @throws {UnsafeFileError} for anything else than a regular file of that size, and for one that can't be read
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<string | undefined> {
  const file = await openRegular(path);
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw notRegular(path);
    if (found.size > maxBytes) throw tooLarge(path, found.size, maxBytes);
    const bytes = await readAtMost(file, maxBytes, found.size);
    if (bytes === undefined) throw tooLarge(path, maxBytes + 1, maxBytes);
    return bytes.toString('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Opens a file of a folder that others may have made for writing; a new one has the mode 0600.
 *
 * @throws {UnsafeFileError} when something else than a regular file stands there; it is left alone
 */
export function openRegularToWrite(path: string, use: 'replace' | 'append'): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC } = constants;
  const flags = O_WRONLY | O_CREAT | ALWAYS | (use === 'append' ? O_APPEND : O_TRUNC);
  let file: number;
  try {
    file = openSync(path, flags, 0o600);
  } catch (cause) {
    throw unusable(path, cause);
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw notRegular(path);
}

/**
 * Opens a file of a folder that others may have made for reading.
 *
 * @returns `undefined` when there is none
 * @throws {UnsafeFileError} when something else than a regular file stands there
 */
export async function openRegularToRead(path: string): Promise<FileHandle | undefined> {
  const file = await openRegular(path);
  if (file === undefined || (await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(path);
}

async function openRegular(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | ALWAYS);
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw unusable(path, cause);
  }
}

/**
 * Reads an open file from where it is to its end; `undefined` when it has more than `maxBytes`. What is read counts, not what
 * the file says of its size: one of `/proc` says 0, and any may grow.
 *
 * @param size what it says, if anything
 */
export async function readAtMost(
  file: FileHandle,
  maxBytes: number,
  size = PIECE_BYTES,
): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let total = 0;
  for (let wanted = Math.min(size + 1, PIECE_BYTES); ; wanted = PIECE_BYTES) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, null);
    if (bytesRead === 0) return Buffer.concat(pieces, total);
    pieces.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
    if (total > maxBytes) return undefined;
  }
}

/** Codes of the system for what is no regular file. */
const KINDS: ReadonlyMap<string | undefined, string> = new Map([
  ['ELOOP', 'it is a link'],
  ['EISDIR', 'it is a folder'],
  ['ENXIO', 'it is a pipe or a socket'],
  ['ENOTDIR', 'a file stands where its folder should be'],
]);

function unusable(path: string, cause: unknown): UnsafeFileError {
  const code = errorCode(cause);
  return new UnsafeFileError(path, KINDS.get(code) ?? `the system says ${String(code)}`, { cause });
}

function notRegular(path: string): UnsafeFileError {
  return new UnsafeFileError(path, 'it is a folder, a pipe or a device');
}

function tooLarge(path: string, size: number, maxBytes: number): UnsafeFileError {
  return new UnsafeFileError(path, `it has ${size} bytes or more, and ${maxBytes} are allowed`);
}
