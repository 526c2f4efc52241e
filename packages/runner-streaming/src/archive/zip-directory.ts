import { errorText } from '@receptorjs/primitives';
import type { LoopTurns } from '@receptorjs/bounded-json';
import { fstatSync, readSync } from 'node:fs';
import { StreamError } from '../errors.js';
import {
  CENTRAL_BYTES,
  CENTRAL_SIGNATURE,
  DEFLATED,
  END64_BYTES,
  END64_LOCATOR_BYTES,
  END64_LOCATOR_SIGNATURE,
  END64_SIGNATURE,
  END_BYTES,
  END_SIGNATURE,
  EXTRA_64,
  KIND_BITS,
  LINK_KIND,
  LOCAL_BYTES,
  LOCAL_SIGNATURE,
  MAX_16,
  MAX_32,
  STORED,
  timeOfDos,
} from './zip-records.js';

/** A member of an archive as its directory describes it. */
export interface ZipMember {
  /** Path; that of a folder ends in `/`. */
  readonly name: string;
  readonly mode: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly method: typeof STORED | typeof DEFLATED;
  readonly size: number;
  readonly packed: number;
  readonly crc: number;
  /** Where its local record begins. */
  readonly offset: number;
}

/** What the directory of an archive says. */
export interface ZipDirectory {
  readonly members: readonly ZipMember[];
  /** Where it begins. */
  readonly start: number;
}

const MAX_COMMENT = 0xffff;
/** Longest name of a member, in bytes: that of a path. */
const MAX_NAME_BYTES = 4096;
/** Longest target of a link, in bytes: that of a path. */
export const MAX_LINK_BYTES = 4096;
/**
 * Bytes of all names and link targets together: they are kept until everything is unpacked. Two million files with names of 64
 * bytes have as many; a private data directory with large collections has a few megabytes.
 */
const MAX_NAMES_BYTES = 128 * 1024 * 1024;
const ENCRYPTED = 1;
/** Bytes of the archive that are read at once. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** Reads an open file at any place, forwards mostly: what lies near is there already. Does not own the descriptor. */
export class ZipFile {
  readonly #descriptor: number;
  readonly size: number;
  #window: Buffer = Buffer.alloc(0);
  #start = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
    this.size = fstatSync(descriptor).size;
  }

  /**
   * The bytes at a place; valid until the next call.
   *
   * @throws {StreamError} 'bad-archive' when the file ends before.
   */
  at(position: number, length: number): Buffer {
    if (position < 0 || position + length > this.size)
      throw badArchive(`${length} bytes at ${position} are beyond its end`);
    if (position < this.#start || position + length > this.#start + this.#window.length) {
      const wanted = Math.min(Math.max(length, WINDOW_BYTES), this.size - position);
      const window = Buffer.allocUnsafe(wanted);
      let done = 0;
      while (done < wanted) {
        const read = readSync(this.#descriptor, window, done, wanted - done, position + done);
        if (read === 0) throw badArchive('it became shorter while it was read');
        done += read;
      }
      this.#window = window;
      this.#start = position;
    }
    return this.#window.subarray(position - this.#start, position - this.#start + length);
  }
}

/**
 * The members of an archive, from its directory. Other work of the process gets its turn meanwhile.
 *
 * @param maxMembers 'unsafe-archive' when there are more
 * @param maxNamesBytes bytes of all names and link targets together, 'unsafe-archive' when there are more; by default 128 MiB
 * @throws {StreamError} 'bad-archive' when it is none, or has what is not supported (encryption, other compressions).
 */
export async function readDirectory(
  file: ZipFile,
  maxMembers: number,
  turns: LoopTurns,
  maxNamesBytes = MAX_NAMES_BYTES,
): Promise<ZipDirectory> {
  const { members: count, offset, bytes } = readEnd(file);
  if (count > maxMembers)
    throw new StreamError(
      'unsafe-archive',
      `The archive has ${count} members; ${maxMembers} are allowed.`,
    );
  if (offset + bytes > file.size || count * CENTRAL_BYTES > bytes)
    throw badArchive('its directory is incomplete');
  const members: ZipMember[] = [];
  let at = offset;
  const end = offset + bytes;
  let namesBytes = 0;
  while (members.length < count) {
    if (at + CENTRAL_BYTES > end) throw badArchive('its directory is incomplete');
    const head = file.at(at, CENTRAL_BYTES);
    if (head.readUInt32LE(0) !== CENTRAL_SIGNATURE) throw badArchive('its directory is damaged');
    const nameBytes = head.readUInt16LE(28);
    if (nameBytes > MAX_NAME_BYTES)
      throw badArchive(`it has a name of ${nameBytes} bytes; ${MAX_NAME_BYTES} are allowed`);
    const extraBytes = head.readUInt16LE(30);
    const length = CENTRAL_BYTES + nameBytes + extraBytes + head.readUInt16LE(32);
    if (at + length > end) throw badArchive('its directory is incomplete');
    const member = readMember(file.at(at, length), nameBytes, extraBytes);
    namesBytes += nameBytes + linkBytes(member);
    if (namesBytes > maxNamesBytes)
      throw new StreamError(
        'unsafe-archive',
        `The names and links of the first ${members.length + 1} of the archive's ${count} members have ${namesBytes} bytes; ${maxNamesBytes} are allowed for all.`,
      );
    members.push(member);
    at += length;
    const turn = turns.due();
    if (turn !== undefined) await turn;
  }
  return { members, start: offset };
}

/**
 * Where the data of a member begins.
 *
 * @throws {StreamError} 'bad-archive' when its local record is not there.
 */
export function dataPosition(file: ZipFile, member: ZipMember): number {
  const local = file.at(member.offset, LOCAL_BYTES);
  if (local.readUInt32LE(0) !== LOCAL_SIGNATURE)
    throw badArchive(`the record of ${JSON.stringify(member.name)} is damaged`);
  return member.offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
}

function readEnd(file: ZipFile): { members: number; offset: number; bytes: number } {
  const searched = Math.min(file.size, END_BYTES + MAX_COMMENT);
  const tail = file.at(file.size - searched, searched);
  for (let at = searched - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    if (at + END_BYTES + tail.readUInt16LE(at + 20) !== searched) continue;
    const members = tail.readUInt16LE(at + 10);
    const bytes = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    const wide = members === MAX_16 || bytes === MAX_32 || offset === MAX_32;
    return (
      (wide ? readWideEnd(file, file.size - searched + at) : undefined) ?? {
        members,
        offset,
        bytes,
      }
    );
  }
  throw badArchive('it has no end');
}

function readWideEnd(file: ZipFile, end: number): ReturnType<typeof readEnd> | undefined {
  if (end < END64_LOCATOR_BYTES) return undefined;
  const locator = file.at(end - END64_LOCATOR_BYTES, END64_LOCATOR_BYTES);
  if (locator.readUInt32LE(0) !== END64_LOCATOR_SIGNATURE) return undefined;
  const record = file.at(exact(locator.readBigUInt64LE(8)), END64_BYTES);
  if (record.readUInt32LE(0) !== END64_SIGNATURE) throw badArchive('its end is damaged');
  return {
    members: exact(record.readBigUInt64LE(32)),
    bytes: exact(record.readBigUInt64LE(40)),
    offset: exact(record.readBigUInt64LE(48)),
  };
}

function readMember(record: Buffer, nameBytes: number, extraBytes: number): ZipMember {
  const name = record.toString('utf8', CENTRAL_BYTES, CENTRAL_BYTES + nameBytes);
  if ((record.readUInt16LE(8) & ENCRYPTED) !== 0)
    throw badArchive(`${JSON.stringify(name)} is encrypted`);
  const method = record.readUInt16LE(10);
  if (method !== STORED && method !== DEFLATED)
    throw badArchive(
      `${JSON.stringify(name)} is compressed in the way ${method}; 0 and 8 are known`,
    );
  const extras = record.subarray(CENTRAL_BYTES + nameBytes, CENTRAL_BYTES + nameBytes + extraBytes);
  const wide = new WideValues(extras, name);
  const size = wide.of(record.readUInt32LE(24));
  const packed = wide.of(record.readUInt32LE(20));
  const offset = wide.of(record.readUInt32LE(42));
  if (method === STORED && size !== packed)
    throw badArchive(`the sizes of ${JSON.stringify(name)} contradict each other`);
  return {
    name,
    mode: record.readUInt32LE(38) >>> 16,
    time: timeOfDos(record.readUInt32LE(12)),
    method,
    size,
    packed,
    crc: record.readUInt32LE(16),
    offset,
  };
}

/** Bytes of the target, where the member is a link. */
function linkBytes({ name, mode, size }: ZipMember): number {
  if ((mode & KIND_BITS) !== LINK_KIND || name.endsWith('/')) return 0;
  if (size > MAX_LINK_BYTES)
    throw new StreamError(
      'unsafe-archive',
      `The link ${JSON.stringify(name)} is too long: ${size} bytes; ${MAX_LINK_BYTES} are allowed.`,
    );
  return size;
}

/** Takes the 64 bit values of a member one after the other, as its 32 bit fields ask for them. */
class WideValues {
  readonly #values: Buffer;
  readonly #name: string;
  #next = 0;

  constructor(extras: Buffer, name: string) {
    this.#name = name;
    this.#values = Buffer.alloc(0);
    for (let at = 0; at + 4 <= extras.length;) {
      const length = extras.readUInt16LE(at + 2);
      if (extras.readUInt16LE(at) === EXTRA_64)
        this.#values = extras.subarray(at + 4, at + 4 + length);
      at += 4 + length;
    }
  }

  of(value: number): number {
    if (value !== MAX_32) return value;
    if (this.#next + 8 > this.#values.length)
      throw badArchive(`the size or place of ${JSON.stringify(this.#name)} is missing`);
    this.#next += 8;
    return exact(this.#values.readBigUInt64LE(this.#next - 8));
  }
}

function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw badArchive(`it has a size of ${value} bytes`);
  return Number(value);
}

/** An archive that can't be read, and why. */
export function badArchive(cause: unknown): StreamError {
  const reason = errorText(cause);
  return new StreamError('bad-archive', `The archive can't be read: ${reason}`, {
    ...(cause instanceof Error && { cause }),
  });
}
