import { UnitState } from '@receptorjs/control-protocol';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestLink } from '../test-link.js';
import { startTestNode, type TestNode } from '../test-node.js';

const unix = { transport: 'unix' } as const;
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let link: TestLink;
let near: TestNode;
let far: TestNode;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verified-'));
  far = await startTestNode(folder, 'far', { cancelGraceMs: 500 });
  link = await new TestLink(() => far.port).open();
  near = await startTestNode(folder, 'near', { dial: link.dial, onReachable: link.onReachable });
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const [id] of await far.work.list()) await far.work.release(id, { ...unix, force: true });
  await near.close();
  link.close();
  await far.close();
  await rm(folder, { recursive: true, force: true });
});

/** A job that prints the first file, and the second one once `go` exists. */
async function twoParts(first: Buffer, second: Buffer): Promise<string> {
  await writeFile(join(folder, 'first'), first);
  await writeFile(join(folder, 'second'), second);
  const script = `cat "$0/first"; while [ ! -e "$0/go" ]; do sleep 0.01; done; cat "$0/second"`;
  return near.submit('sh', `-c '${script}' '${folder}'`, 'far');
}

const stored = (id: string): string => join(near.unitsDir, id, 'stdout');

async function storedIs(id: string, size: number): Promise<void> {
  await expect.poll(async () => (await readFile(stored(id)).catch(() => '')).length).toBe(size);
}

async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  await file.write(Buffer.from([~(buffer[0] ?? 0) & 0xff]), 0, 1, position);
  await file.close();
}

describe('stdout that is damaged while it is followed', () => {
  // A file that was cut short is filled up with zeros: no byte of the output may be one.
  const first = Buffer.from(randomBytes(3_000_000).map((byte) => byte | 1));
  const second = randomBytes(500_000);
  const whole = Buffer.concat([first, second]);

  it.each([
    ['a flipped byte', 1_234_567, (path: string) => flip(path, 1_234_567)],
    ['the first byte flipped', 0, (path: string) => flip(path, 0)],
    ['a lost end', 2_000_001, (path: string) => truncate(path, 2_000_001)],
    ['nothing left', 0, (path: string) => truncate(path, 0)],
  ])('%s is fetched again from the last good byte', async (_what, goodBytes, damage) => {
    const id = await twoParts(first, second);
    await storedIs(id, first.length);
    await damage(stored(id));
    const asked = vi.spyOn(far.work, 'results');
    await writeFile(join(folder, 'go'), '');
    expect(await near.ended(id)).toMatchObject({
      state: UnitState.Succeeded,
      stdoutSize: BigInt(whole.length),
      report: { stdoutSha256: sha256(whole) },
    });
    expect(sha256(await readFile(stored(id)))).toBe(sha256(whole));
    expect(asked.mock.calls.map(([, startPos]) => startPos)).toEqual([BigInt(goodBytes)]);
  });

  it('whose damage comes again fails the unit, and says so', async () => {
    const id = await twoParts(first, second);
    await storedIs(id, first.length);
    await flip(stored(id), 7);
    const results = far.work.results.bind(far.work);
    const asked = vi
      .spyOn(far.work, 'results')
      .mockImplementation(async (unitId, startPos, access) => {
        const bytes = await results(unitId, startPos, access);
        return startPos === 7n ? others(bytes) : bytes;
      });
    await writeFile(join(folder, 'go'), '');
    expect(await near.ended(id)).toMatchObject({
      state: UnitState.Failed,
      detail: 'The stdout that is stored here is not what far says it is (exit status 0)',
      report: { errorCode: 'output-differs' },
    });
    expect(asked).toHaveBeenCalledTimes(3);
  });

  it('of a node that knows no digests of parts is fetched again whole', async () => {
    const id = await twoParts(first, second);
    await storedIs(id, first.length);
    await flip(stored(id), 1_000_000);
    const digest = far.work.digest.bind(far.work);
    vi.spyOn(far.work, 'digest').mockImplementation((unitId, range, access) =>
      range.endPos === undefined
        ? digest(unitId, range, access)
        : Promise.reject(new Error('bad command')),
    );
    const asked = vi.spyOn(far.work, 'results');
    await writeFile(join(folder, 'go'), '');
    expect((await near.ended(id)).report).toEqual({ stdoutSha256: sha256(whole) });
    expect(asked.mock.calls.map(([, startPos]) => startPos)).toEqual([0n]);
  });
});

async function* others(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.map((byte) => ~byte & 0xff);
}

describe('work digest', () => {
  it('tells the digest of all that was written, where it ran and here', async () => {
    const id = await near.submit('cat', undefined, 'far');
    await near.ended(id);
    const [[farId] = ['']] = await far.work.list();
    for (const [node, unitId] of [
      [near, id],
      [far, farId],
    ] as const) {
      expect(await (await node.client()).workDigest(unitId)).toEqual({
        sha256: sha256('input\n'),
        startPos: 0n,
        endPos: 6n,
      });
    }
    const part = await (await near.client()).workDigest(id, { startPos: 1n, endPos: 3n });
    expect(part.sha256).toBe(sha256('np'));
  });

  it('of all waits for the end of the unit', async () => {
    const id = await twoParts(Buffer.from('one'), Buffer.from('two'));
    await storedIs(id, 3);
    const digest = (await near.client()).workDigest(id);
    expect((await (await near.client()).workDigest(id, { endPos: 3n })).sha256).toBe(sha256('one'));
    await writeFile(join(folder, 'go'), '');
    expect((await digest).sha256).toBe(sha256('onetwo'));
  });

  it('of bytes that are not there is refused', async () => {
    const id = await near.submit('cat', undefined, 'far');
    await near.ended(id);
    const client = await near.client();
    for (const range of [{ endPos: 7n }, { startPos: 7n }, { startPos: 3n, endPos: 2n }]) {
      await expect(client.workDigest(id, range)).rejects.toMatchObject({
        code: 'remote-error',
        message: expect.stringContaining('has 6 bytes of stdout') as string,
      });
    }
  });

  it('of a unit whose node has told none says so', async () => {
    vi.spyOn(far.work, 'digest').mockRejectedValue(new Error('bad command'));
    const id = await twoParts(randomBytes(300_000), Buffer.alloc(0));
    await writeFile(join(folder, 'go'), '');
    await near.ended(id);
    await expect((await near.client()).workDigest(id)).rejects.toMatchObject({
      message: 'not verifiable: far reports no digest',
    });
  });
});

it('several readers at different speeds read one unit, from where each wants', async () => {
  const whole = randomBytes(6_000_000);
  const id = await twoParts(whole.subarray(0, 5_000_000), whole.subarray(5_000_000));
  await storedIs(id, 5_000_000);
  const read = async (startPos: number, isSlow: boolean): Promise<string> => {
    const stream = await (await near.client()).resultStream(id, { startPos });
    const hash = createHash('sha256');
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      if (isSlow) await new Promise((resolve) => setImmediate(resolve));
    }
    return hash.digest('hex');
  };
  // one that never reads keeps nobody waiting
  const never = (await (await near.client()).resultStream(id)) as Readable;
  const starts = [0, 0, 1, 2_500_000, 4_999_999, 5_500_000];
  const readers = starts.map((startPos, at) => read(startPos, at % 2 === 1));
  await writeFile(join(folder, 'go'), '');
  expect(await Promise.all(readers)).toEqual(starts.map((from) => sha256(whole.subarray(from))));
  never.setEncoding('latin1');
  expect(sha256(Buffer.from(await text(never), 'latin1'))).toBe(sha256(whole));
});
