import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  statfs,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32, deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractArchive, type ExtractionOptions } from './archive-extraction.js';
import { ANY_RATIO_BYTES, knownLimits, limitsOfSettings, UnpackedSum } from './archive-limits.js';
import { packFolder } from './archive.js';
import { BlobStore } from '../blobs/blob-store.js';
import { placeBlobs } from '../blobs/blob-messages.js';
import { spaceOf } from './free-space.js';
import { processResults } from '../process-results.js';
import {
  DEFLATED,
  endRecords,
  STORED,
  writeCentral,
  writeLocal,
  type ZipRecord,
} from './zip-records.js';

let root: string;
const at = (...names: string[]) => join(root, ...names);
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-limits-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** A member, and where its record begins; by default behind the one before. */
interface Made {
  readonly name: string;
  readonly content: Buffer;
  readonly packed?: Buffer;
  readonly offset?: number;
}

/** An archive whose directory says of its members what the test wants. */
async function archive(members: readonly Made[]): Promise<string> {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let end = 0;
  for (const { name, content, packed, offset = end } of members) {
    const record: ZipRecord = {
      name,
      nameBytes: Buffer.byteLength(name),
      mode: 0o100644,
      time: 0,
      method: packed === undefined ? STORED : DEFLATED,
      size: content.length,
      packed: (packed ?? content).length,
      crc: crc32(content),
    };
    const head = Buffer.alloc(200 + record.nameBytes);
    const bytes = Buffer.concat([head.subarray(0, writeLocal(head, 0, record)), packed ?? content]);
    if (offset === end) {
      local.push(bytes);
      end += bytes.length;
    }
    const entry = Buffer.alloc(200 + record.nameBytes);
    central.push(entry.subarray(0, writeCentral(entry, 0, record, offset, crc32(content))));
  }
  const directory = Buffer.concat(central);
  const ends = endRecords(members.length, end, directory.length);
  await writeFile(at('a.zip'), Buffer.concat([...local, directory, ends]));
  return at('a.zip');
}

const zeros = (size: number) => {
  const content = Buffer.alloc(size);
  return { content, packed: deflateRawSync(content) };
};

async function extract(path: string, options: ExtractionOptions = {}): Promise<string[]> {
  await extractArchive(path, at('target'), options);
  return (await readdir(at('target'))).sort();
}

const refused = (code: string, sentence: RegExp) =>
  expect.objectContaining({
    name: 'StreamError',
    code,
    message: expect.stringMatching(sentence) as string,
  }) as Error;

describe('members that overlap', () => {
  const content = Buffer.from('the content of a file, long enough');

  it('are refused where two are one', async () => {
    const path = await archive([
      { name: 'a', content },
      { name: 'b', content, offset: 0 },
    ]);
    await expect(extract(path)).rejects.toEqual(
      refused('unsafe-archive', /^Overlapped entries: "b", at 0 /),
    );
    await expect(stat(at('target'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are refused where one lies in the data of another', async () => {
    const inner = Buffer.alloc(200);
    const end = writeLocal(inner, 0, {
      name: 'b',
      nameBytes: 1,
      mode: 0,
      time: 0,
      method: STORED,
      size: 5,
      packed: 5,
      crc: crc32(Buffer.from('inner')),
    });
    const outer = Buffer.concat([inner.subarray(0, end), Buffer.from('inner')]);
    const path = await archive([
      { name: 'a', content: outer },
      { name: 'b', content: Buffer.from('inner'), offset: 31 },
    ]);
    await expect(extract(path)).rejects.toEqual(refused('unsafe-archive', /Overlapped/));
  });

  it('are refused where one reaches into the directory', async () => {
    const path = await archive([{ name: 'a', content }]);
    const bytes = await readFile(path);
    const directory = bytes.indexOf(Buffer.from('PK\x01\x02'));
    // One byte more than there is before the directory.
    bytes.writeUInt32LE(content.length + 1, directory + 20);
    bytes.writeUInt32LE(content.length + 1, directory + 24);
    await writeFile(path, bytes);
    await expect(extract(path)).rejects.toEqual(refused('unsafe-archive', /Overlapped/));
  });

  it('are none in an archive whose directory has another order', async () => {
    const second = 30 + 1 + content.length;
    const path = await archive([
      { name: 'a', content },
      { name: 'b', content },
    ]);
    const bytes = await readFile(path);
    const start = 2 * second;
    const entry = 46 + 1;
    const swapped = Buffer.concat([
      bytes.subarray(0, start),
      bytes.subarray(start + entry, start + 2 * entry),
      bytes.subarray(start, start + entry),
      bytes.subarray(start + 2 * entry),
    ]);
    await writeFile(path, swapped);
    expect(await extract(path)).toEqual(['a', 'b']);
  });
});

describe('the ratio', () => {
  it('is free for what is small: a log of zeros', async () => {
    const path = await archive([{ name: 'log', ...zeros(32 * 1024 * 1024) }]);
    expect(await extract(path)).toEqual(['log']);
    expect((await stat(at('target', 'log'))).size).toBe(32 * 1024 * 1024);
  });

  it('is limited for a large file, before anything is unpacked', async () => {
    const path = await archive([{ name: 'bomb', ...zeros(ANY_RATIO_BYTES + 1) }]);
    await expect(extract(path)).rejects.toEqual(
      refused('unsafe-archive', /holds "bomb", whose \d+ bytes would become 268435457: 200 times/),
    );
    await expect(stat(at('target'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await extract(path, { maxRatio: 2000 })).toEqual(['bomb']);
  });

  it('is limited for all files together', () => {
    const sum = new UnpackedSum(knownLimits());
    sum.add('a', ANY_RATIO_BYTES, 1000);
    expect(() => sum.add('b', 1, 1)).toThrow(
      refused('unsafe-archive', /at "b": 1001 bytes become 268435457 up to there/),
    );
  });

  it('of text passes, however much there is', () => {
    const sum = new UnpackedSum(knownLimits());
    for (let i = 0; i < 60; i += 1) sum.add('log', 1024 ** 3, 1024 ** 3 / 150);
    expect(sum.size).toBe(60 * 1024 ** 3);
  });
});

describe('free space', () => {
  it('that would touch the reserve refuses an archive, before anything is unpacked', async () => {
    const path = await archive([{ name: 'a', content: Buffer.from('x') }]);
    const { bavail, bsize } = await statfs(root);
    await expect(extract(path, { diskReserve: bavail * bsize * 2 })).rejects.toEqual(
      refused(
        'no-space',
        /no room for 4096 bytes in .*: 0 may be written there, so that \d+ bytes/,
      ),
    );
    await expect(stat(at('target'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await extract(path, { diskReserve: 0 })).toEqual(['a']);
  });

  it('is taken by empty files, too', () => {
    expect([0, 1, 4096, 4097].map(spaceOf)).toEqual([4096, 4096, 4096, 8192]);
  });

  it('is looked at before an archive is received', async () => {
    const { bavail, bsize } = await statfs(root);
    const result = await processResults({
      input: Readable.from(['{"status": "successful"}\n{"zipfile": 1000000}\n']),
      privateDataDir: root,
      ident: 'r',
      limits: { diskReserve: bavail * bsize * 2 },
    });
    expect(result).toMatchObject({
      status: 'error',
      explanation: expect.stringMatching(/no room for 1000000 bytes/) as string,
    });
  });
});

describe('entries', () => {
  it('are counted with the folders on the way to them', async () => {
    const path = await archive([{ name: 'a/b/c/d/e', content: Buffer.from('x') }]);
    await expect(extract(path, { maxMembers: 4 })).rejects.toEqual(
      refused('unsafe-archive', /more members and folders than allowed \(4\)/),
    );
    expect(await extract(path, { maxMembers: 5 })).toEqual(['a']);
  });

  it('have names no longer than paths', async () => {
    const path = await archive([{ name: 'a'.repeat(5000), content: Buffer.from('x') }]);
    await expect(extract(path)).rejects.toEqual(refused('bad-archive', /4096 are allowed/));
  });
});

it('files from a blob store count with the bytes they have, whatever was said of them', async () => {
  const store = await BlobStore.open({ folder: at('store') });
  const sha256 = 'a5bb3a1e3b0d6d2b9e4f1ce0b0a3c8d9c1b9a7d5e3f1029384756aabbccddeef';
  await mkdir(at('store', sha256.slice(0, 2)));
  await writeFile(at('store', sha256.slice(0, 2), sha256), '');
  await truncate(at('store', sha256.slice(0, 2), sha256), 100_000);
  const sum = new UnpackedSum(knownLimits({ maxBytes: 99_999 }));
  const file = { name: 'x', sha256, size: -1e9, mode: 0o644, time: 0 };
  await mkdir(at('unpacked'));
  const placed = placeBlobs([file], store, at('unpacked'), (name, size) => {
    sum.add(name, size);
    return Promise.resolve();
  });
  await expect(placed).rejects.toEqual(
    refused('unsafe-archive', /"x": its files have 100000 bytes/),
  );
});

describe('limits', () => {
  it('come from env/settings, and those of the call count before', async () => {
    await mkdir(at('env'));
    await mkdir(at('there'));
    await writeFile(at('there', 'rc'), '0');
    await writeFile(at('env', 'settings'), '{"archive_max_members": 0}');
    const take = async (limits = {}) => {
      const { bytes, size } = await packFolder(at('there'));
      const pieces: Buffer[] = [];
      for await (const piece of bytes) pieces.push(piece);
      const text = `{"status": "successful"}\n{"zipfile": ${size}}\n${Buffer.concat(pieces).toString('base64')}{"eof": true}\n`;
      return processResults({ input: Readable.from([text]), privateDataDir: root, limits });
    };
    expect(await take()).toMatchObject({
      status: 'error',
      explanation: expect.stringMatching(/has 1 members; 0 are allowed/) as string,
    });
    expect(await take({ maxMembers: 1 })).toMatchObject({ status: 'successful', rc: 0 });
  });

  it.each(['1', -1, 1.5, true, []])('that are %j are refused', async (value) => {
    expect(() => limitsOfSettings({ archive_max_ratio: value })).toThrow(
      /The setting archive_max_ratio must be a whole number/,
    );
    await mkdir(at('env'));
    await writeFile(at('env', 'settings'), JSON.stringify({ archive_max_ratio: value }));
    const take = processResults({ input: Readable.from([]), privateDataDir: root });
    await expect(take).rejects.toMatchObject({ code: 'configuration' });
  });

  it('that are nothing are the defaults, and no others are taken', () => {
    const given = { maxBytes: undefined } as unknown as object;
    expect(knownLimits(given)).toEqual(knownLimits());
    expect(() => knownLimits({ maxBytes: Number.NaN })).toThrow(/maxBytes .* must be a number/);
  });
});
