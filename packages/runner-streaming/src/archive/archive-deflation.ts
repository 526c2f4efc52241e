import { constants as files } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, deflateRaw } from 'node:zlib';
import type { PackedMember } from './archive-members.js';
import { DEFLATED } from './zip-records.js';

/** Smallest file whose deflating saves more than it costs. */
const MIN_BYTES = 1024;
/** Files that are deflated at once; the threads of Node's pool. */
const AT_ONCE = 4;

const deflate = promisify<Buffer, Buffer>(deflateRaw);

/**
 * Deflates the members that shrink by it, in Node's thread pool.
 *
 * @param folder where they are
 * @param members each replaced by its deflated form, or left as it is
 */
export async function deflateMembers(folder: string, members: PackedMember[]): Promise<void> {
  const left = members.entries();
  const work = async () => {
    for (const [index, member] of left) {
      if (member.size < MIN_BYTES) continue;
      const plain = await bytesOf(folder, member);
      const bytes = await deflate(plain);
      // One that changes meanwhile is checked when its turn to be sent comes.
      if (plain.length < member.size || bytes.length >= member.size) continue;
      members[index] = {
        ...member,
        method: DEFLATED,
        packed: bytes.length,
        crc: member.crc ?? crc32(plain),
        held: { bytes, start: 0 },
      };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function bytesOf(folder: string, { name, size, held }: PackedMember): Promise<Buffer> {
  if (held !== undefined) return held.bytes.subarray(held.start, held.start + size);
  const file = await open(
    `${folder}/${name}`,
    files.O_RDONLY | files.O_NOFOLLOW | files.O_NONBLOCK,
  );
  try {
    const bytes = Buffer.allocUnsafe(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await file.read(bytes, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await file.close();
  }
}
