import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packFolder } from './archive.js';
import { LoopTurns } from '@receptorjs/bounded-json';
import { dataPosition, MAX_LINK_BYTES, readDirectory, ZipFile } from './zip-directory.js';
import { inOrder } from './zip-overlaps.js';
import {
  centralBytes,
  DEFLATED,
  dosTime,
  endRecords,
  localBytes,
  STORED,
  timeOfDos,
  writeCentral,
  writeLocal,
  type ZipRecord,
} from './zip-records.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-zip-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const GIB = 1024 ** 3;
const time = new Date(2024, 1, 29, 23, 59, 58).getTime();

function record(name: string, size: number, rest: Partial<ZipRecord> = {}): ZipRecord {
  const nameBytes = Buffer.byteLength(name);
  return {
    name,
    nameBytes,
    mode: 0o100644,
    time,
    method: STORED,
    size,
    packed: size,
    crc: 7,
    ...rest,
  };
}

/** Writes records and directory where they belong, and nothing in between: 20 GiB of holes. */
async function sparseArchive(records: readonly ZipRecord[]): Promise<string> {
  const path = join(root, 'sparse.zip');
  const file = await open(path, 'w');
  try {
    let offset = 0;
    const offsets: number[] = [];
    for (const one of records) {
      const bytes = Buffer.alloc(200);
      await file.write(bytes, 0, writeLocal(bytes, 0, one), offset);
      offsets.push(offset);
      offset += localBytes(one) + one.packed;
    }
    let at = offset;
    for (const [index, one] of records.entries()) {
      const bytes = Buffer.alloc(200);
      const length = writeCentral(bytes, 0, one, offsets[index] ?? 0, one.crc ?? 9);
      expect(length).toBe(centralBytes(one, offsets[index] ?? 0));
      await file.write(bytes, 0, length, at);
      at += length;
    }
    await file.write(endRecords(records.length, offset, at - offset), 0, undefined, at);
  } finally {
    await file.close();
  }
  return path;
}

describe('records of an archive', () => {
  it('are read back, sizes and places beyond 4 GiB too', async () => {
    const records = [
      record('small', 10),
      record('large', 20 * GIB),
      record('ü/deflated', 9 * GIB, { method: DEFLATED, packed: 5 }),
      record('later', 5 * GIB, { crc: undefined }),
      record('last', 1, { mode: 0o40755 }),
    ];
    const file = await open(await sparseArchive(records), 'r');
    try {
      const zip = new ZipFile(file.fd);
      const { members } = await readDirectory(zip, 10, new LoopTurns());
      expect(members).toEqual(
        records.map(({ name, mode, method, size, packed, crc }) => ({
          ...{ name, mode, time, method, size, packed, crc: crc ?? 9 },
          offset: expect.any(Number) as number,
        })),
      );
      for (const member of members)
        expect(dataPosition(zip, member)).toBeGreaterThan(member.offset);
    } finally {
      await file.close();
    }
  });

  it('may have names and links of so many bytes together', async () => {
    const link = record('c', 5, { mode: 0o120777 });
    const file = await open(await sparseArchive([record('aaaa', 0), record('bb', 9), link]), 'r');
    try {
      const zip = new ZipFile(file.fd);
      const turns = new LoopTurns();
      expect((await readDirectory(zip, 10, turns, 12)).members).toHaveLength(3);
      await expect(readDirectory(zip, 10, turns, 11)).rejects.toMatchObject({
        code: 'unsafe-archive',
        message:
          "The names and links of the first 3 of the archive's 3 members have 12 bytes; 11 are allowed for all.",
      });
      await expect(readDirectory(zip, 10, turns, 5)).rejects.toThrow(/first 2 of .* have 6 bytes/);
    } finally {
      await file.close();
    }
  });

  it('have links that are no longer than a path', async () => {
    const link = record('to', MAX_LINK_BYTES + 1, { mode: 0o120777 });
    const file = await open(await sparseArchive([link]), 'r');
    try {
      await expect(readDirectory(new ZipFile(file.fd), 10, new LoopTurns())).rejects.toMatchObject({
        code: 'unsafe-archive',
        message: 'The link "to" is too long: 4097 bytes; 4096 are allowed.',
      });
    } finally {
      await file.close();
    }
  });

  it('are put in order in short steps, however their directory has them', async () => {
    const count = 4_000;
    const file = await open(
      await sparseArchive(Array.from({ length: count }, (_, index) => record(String(index), 0))),
      'r',
    );
    try {
      const zip = new ZipFile(file.fd);
      const { members, start } = await readDirectory(zip, count, new LoopTurns());
      // Every member once, far from where it lies: 7,919 is a prime.
      const mixed = members.map((_, index) => members[(index * 7919) % count] ?? members[0]);
      let asked = 0;
      class CountedTurns extends LoopTurns {
        override due() {
          asked++;
          return super.due();
        }
      }
      const directory = { members: mixed.filter((one) => one !== undefined), start };
      expect(await inOrder(zip, directory, new CountedTurns())).toEqual(members);
      // Once for each member when it is merged with others, twice here, and once more when it is looked at.
      expect(asked).toBeGreaterThan(3 * count);
    } finally {
      await file.close();
    }
  });

  it('count more members than 16 bits hold', async () => {
    const records = Array.from({ length: 70_000 }, (_, index) => record(String(index), 0));
    const parts: Buffer[] = [];
    for (const one of records) {
      const bytes = Buffer.alloc(centralBytes(one, 0));
      writeCentral(bytes, 0, one, 0, 0);
      parts.push(bytes);
    }
    const directory = Buffer.concat(parts);
    const path = join(root, 'many.zip');
    await writeFile(
      path,
      Buffer.concat([directory, endRecords(records.length, 0, directory.length)]),
    );
    const file = await open(path, 'r');
    try {
      const turns = new LoopTurns();
      expect((await readDirectory(new ZipFile(file.fd), 100_000, turns)).members).toHaveLength(
        70_000,
      );
      await expect(readDirectory(new ZipFile(file.fd), 69_999, turns)).rejects.toThrow(
        /70000 members/,
      );
    } finally {
      await file.close();
    }
  });

  it('keep dates from 1980 to 2107', () => {
    expect(timeOfDos(dosTime(time))).toBe(time);
    expect(new Date(timeOfDos(dosTime(0))).getFullYear()).toBe(1980);
    expect(new Date(timeOfDos(dosTime(Date.UTC(3000, 0)))).getFullYear()).toBe(2107);
  });
});

it('the size of an archive of 20 GiB is known at once, and its first piece comes at once', async () => {
  await writeFile(join(root, 'large'), '');
  await truncate(join(root, 'large'), 20 * GIB);
  const { size, bytes } = await packFolder(root);
  expect(size).toBe(20 * GIB + 30 + 5 + 20 + 24 + 46 + 5 + 20 + 56 + 20 + 22);
  for await (const piece of bytes) {
    expect(piece.readUInt32LE(0)).toBe(0x04034b50);
    break;
  }
});
