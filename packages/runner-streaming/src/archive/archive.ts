import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { deflateMembers } from './archive-deflation.js';
import { addedMember, MemberReader, type FileFacts, type PackedMember } from './archive-members.js';
import { StreamError } from '../errors.js';
import { walkFolder } from './folder-walk.js';
import type { AddedFile } from '../run-data.js';
import {
  centralBytes,
  endRecords,
  localBytes,
  MAX_RECORD_BYTES,
  writeCentral,
  writeDescriptor,
  writeLocal,
} from './zip-records.js';

/** A zip archive whose size is known before its first byte is made. */
export interface Archive {
  readonly size: number;
  readonly bytes: AsyncIterable<Buffer>;
}

/** How a folder is packed. */
export interface PackingOptions {
  /** Says which members (by path in the archive, without the final `/`) stay out, with all below them. */
  readonly skip?: (name: string) => boolean;
  /** Says which files stay out. */
  readonly skipFile?: (file: FileFacts) => boolean;
  /** Files that are not in the folder; 0600. */
  readonly added?: readonly AddedFile[];
}

/** Sum of file sizes up to which an archive is deflated; larger ones are stored as they are. */
export const MAX_DEFLATED_BYTES = 16 * 1024 * 1024;
/** Size of the pieces an archive is made of. */
const PIECE_BYTES = 1024 * 1024;
/** Members after which other work of the process gets its turn. */
const TURN = 1024;

/**
 * Packs a folder: regular files, folders and links, links never followed. Pipes, sockets and devices are left out. Nothing
 * is written to disk; memory is bounded, but for some 200 bytes for each member.
 *
 * Up to {@link MAX_DEFLATED_BYTES} of files are deflated, on all cores. Beyond, files are stored: so the size of the archive
 * is known from theirs, and its first byte need not wait for the last file.
 *
 * @throws {StreamError} 'file-changed', while the bytes are taken, when a file shrinks meanwhile; 'bad-name' for a file
 * whose name is no UTF-8.
 */
export async function packFolder(folder: string, options: PackingOptions = {}): Promise<Archive> {
  const members: PackedMember[] = [];
  const reader = new MemberReader(folder, options.skipFile);
  let size = 0;
  for (const found of walkFolder(folder, options.skip)) {
    const member = reader.read(found);
    if (member === undefined) continue;
    size += member.size;
    if (members.push(member) % TURN === 0) await setImmediate();
  }
  members.push(...(options.added ?? []).map(addedMember));
  if (size <= MAX_DEFLATED_BYTES) await deflateMembers(folder, members);
  return { size: archiveSize(members), bytes: archiveBytes(folder, members) };
}

function archiveSize(members: readonly PackedMember[]): number {
  let offset = 0;
  let directory = 0;
  for (const member of members) {
    directory += centralBytes(member, offset);
    offset += localBytes(member) + member.packed;
  }
  return offset + directory + endRecords(members.length, offset, directory).length;
}

async function* archiveBytes(
  folder: string,
  members: readonly PackedMember[],
): AsyncGenerator<Buffer> {
  const piece = new Piece();
  const offsets = new Float64Array(members.length);
  const sums = new Uint32Array(members.length);
  for (const [index, member] of members.entries()) {
    offsets[index] = piece.total;
    if (!piece.hasRoom(member.nameBytes + MAX_RECORD_BYTES)) yield piece.take();
    piece.write((bytes, at) => writeLocal(bytes, at, member));
    let crc = member.crc ?? 0;
    const { held } = member;
    if (held !== undefined && piece.hasRoom(member.packed))
      piece.write(
        (bytes, at) => at + held.bytes.copy(bytes, at, held.start, held.start + member.packed),
      );
    else {
      const data =
        held === undefined
          ? fileBytes(`${folder}/${member.name}`, member.size)
          : [held.bytes.subarray(held.start, held.start + member.packed)];
      for await (const part of data) {
        if (member.crc === undefined) crc = crc32(part, crc);
        if (piece.used > 0) yield piece.take();
        piece.total += part.length;
        yield part;
      }
    }
    sums[index] = crc;
    if (member.crc === undefined) {
      if (!piece.hasRoom(MAX_RECORD_BYTES)) yield piece.take();
      piece.write((bytes, at) => writeDescriptor(bytes, at, member, crc));
    }
  }
  const directory = piece.total;
  for (const [index, member] of members.entries()) {
    if (!piece.hasRoom(member.nameBytes + MAX_RECORD_BYTES)) yield piece.take();
    piece.write((bytes, at) =>
      writeCentral(bytes, at, member, offsets[index] ?? 0, sums[index] ?? 0),
    );
  }
  const end = endRecords(members.length, directory, piece.total - directory);
  if (piece.used > 0) yield piece.take();
  yield end;
}

/** Gathers records and small data to pieces that are worth a write. */
class Piece {
  #bytes = Buffer.allocUnsafe(PIECE_BYTES);
  used = 0;
  /** Bytes of the archive so far; what is sent past the piece is added by who sends it. */
  total = 0;

  hasRoom(bytes: number): boolean {
    return this.used + bytes <= PIECE_BYTES;
  }

  /** @param put writes from a place on and returns where it ended */
  write(put: (bytes: Buffer, at: number) => number): void {
    const end = put(this.#bytes, this.used);
    this.total += end - this.used;
    this.used = end;
  }

  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.used);
    // The taker may keep it.
    this.#bytes = Buffer.allocUnsafe(PIECE_BYTES);
    this.used = 0;
    return taken;
  }
}

/** Exactly the bytes a file had when it was found. */
async function* fileBytes(path: string, size: number): AsyncGenerator<Buffer> {
  if (size === 0) return;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    for (let at = 0; at < size;) {
      const wanted = Math.min(PIECE_BYTES, size - at);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
      if (bytesRead === 0)
        throw new StreamError(
          'file-changed',
          `${path} shrank while it was being sent; send it again`,
        );
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
