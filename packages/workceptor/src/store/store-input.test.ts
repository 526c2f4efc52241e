import { DiskReserves } from '@receptorjs/quotas';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { storeInput } from './store-input.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-input-'));
  path = join(folder, 'stdin');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const pieces = (...texts: string[]): AsyncIterable<Uint8Array> =>
  Readable.from(texts.map((text) => Buffer.from(text)));
const limits = (reserveBytes: number, maxBytes?: number) => ({
  reserve: new DiskReserves(reserveBytes).of(folder),
  maxBytes,
});

it('stores all of it', async () => {
  await storeInput(path, pieces('one', 'two'), limits(0, 6));
  expect(readFileSync(path, 'utf8')).toBe('onetwo');
});

it.each([
  ['input-too-long', 0, 5, 'more than 5 bytes, the most that this node stores (maxstdin of node)'],
  ['no-space', 2 ** 60, undefined, 'what is left of it is kept free (diskreserve of node)'],
])('keeps nothing of what is refused: %s', async (code, reserve, maxBytes, text) => {
  const stored = storeInput(path, pieces('one', 'two'), limits(reserve, maxBytes));
  await expect(stored).rejects.toMatchObject({
    code,
    message: expect.stringContaining(text) as unknown,
  });
  expect(readFileSync(path, 'utf8')).toBe('');
});

it('keeps nothing of what ends early', async () => {
  const broken = (async function* () {
    yield Buffer.from('one');
    await Promise.reject(new Error('the client is gone'));
  })();
  await expect(storeInput(path, broken, limits(0))).rejects.toThrow('the client is gone');
  expect(readFileSync(path, 'utf8')).toBe('');
});

it('nothing needs no space', async () => {
  await storeInput(path, pieces(), limits(2 ** 60));
  expect(readFileSync(path, 'utf8')).toBe('');
});
