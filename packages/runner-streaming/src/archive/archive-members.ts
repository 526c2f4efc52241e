import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { StreamError } from '../errors.js';
import type { FolderMember } from './folder-walk.js';
import type { AddedFile } from '../run-data.js';
import { KIND_BITS, LINK_KIND, STORED, type ZipRecord } from './zip-records.js';

/** A member that is on its way into an archive. */
export interface PackedMember extends ZipRecord {
  /** Its bytes as they lie in the archive, from `start` on; absent where they are read when their turn comes. */
  readonly held: { readonly bytes: Buffer; readonly start: number } | undefined;
}

/** What a file is known by while a folder is packed. */
export interface FileFacts {
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** Bytes of small files that are held in memory, so that they are opened once. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** Largest file that is held. */
const MAX_SMALL_BYTES = 64 * 1024;
const SLAB_BYTES = 1024 * 1024;

const LINK_MODE = LINK_KIND | 0o777;
const LINK_TIME = new Date(1980, 0, 1).getTime();

/**
 * Reads what is found in a folder: all of small files, links and folders, of others what their records need. Owns the
 * slabs of memory that small files are read into.
 */
export class MemberReader {
  readonly #folder: string;
  readonly #skip: ((file: FileFacts) => boolean) | undefined;
  #slab = Buffer.allocUnsafe(SLAB_BYTES);
  #used = 0;
  #held = 0;

  constructor(folder: string, skip: ((file: FileFacts) => boolean) | undefined) {
    this.#folder = folder;
    this.#skip = skip;
  }

  /** `undefined` for what stays out. */
  read({ name, kind }: FolderMember): PackedMember | undefined {
    const path = `${this.#folder}/${name}`;
    if (kind === 'file') return this.#file(name, path);
    if (kind === 'folder') {
      const { mode, mtimeMs } = lstatSync(path);
      return member(`${name}/`, mode, mtimeMs, 0, 0, undefined);
    }
    const bytes = readlinkSync(path, { encoding: 'buffer' });
    const held = { bytes, start: 0 };
    return member(name, LINK_MODE, LINK_TIME, bytes.length, crc32(bytes), held);
  }

  #file(name: string, path: string): PackedMember | undefined {
    const file = openFile(path);
    try {
      const { mode, mtimeMs, size } = fstatSync(file);
      if ((mode & KIND_BITS) !== constants.S_IFREG) return undefined;
      if (this.#skip?.({ name, size, time: mtimeMs }) === true) return undefined;
      if (size === 0) return member(name, mode, mtimeMs, 0, 0, undefined);
      if (size > MAX_SMALL_BYTES || this.#held + size > MAX_HELD_BYTES)
        return member(name, mode, mtimeMs, size, undefined, undefined);
      if (this.#used + size > SLAB_BYTES) {
        this.#slab = Buffer.allocUnsafe(SLAB_BYTES);
        this.#used = 0;
      }
      const start = this.#used;
      const read = readSync(file, this.#slab, start, size, 0);
      this.#used += read;
      this.#held += read;
      const crc = crc32(this.#slab.subarray(start, start + read));
      return member(name, mode, mtimeMs, read, crc, { bytes: this.#slab, start });
    } finally {
      closeSync(file);
    }
  }
}

/** A file that is not in the folder. */
export function addedMember({ name, bytes }: AddedFile): PackedMember {
  const held = { bytes, start: 0 };
  return member(name, 0o100600, Date.now(), bytes.length, crc32(bytes), held);
}

function member(
  name: string,
  mode: number,
  time: number,
  size: number,
  crc: number | undefined,
  held: PackedMember['held'],
): PackedMember {
  const nameBytes = Buffer.byteLength(name);
  return { name, nameBytes, mode, time, method: STORED, size, packed: size, crc, held };
}

function openFile(path: string): number {
  try {
    // Whatever stands there by now: a link is not followed, a pipe not waited for.
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (!path.includes('\ufffd')) throw cause;
    throw new StreamError(
      'bad-name',
      `${path} can't be sent: its name is no UTF-8; rename it, or leave it out`,
      { cause },
    );
  }
}
