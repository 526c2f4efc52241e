import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AT_ONCE_BYTES, UnitFile } from '../store/unit-file.js';
import { StdoutWriter } from './stdout-writer.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stdout-writer-'));
  path = join(folder, 'stdout');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const pieces = (count: number, bytes: number): Buffer[] =>
  Array.from({ length: count }, (_, at) => Buffer.alloc(bytes, at % 251));

it('has written what is short when it is taken', async () => {
  const sizes: number[] = [];
  const writer = new StdoutWriter(UnitFile.open(path, 'append'), (bytes) => sizes.push(bytes));
  for (const piece of pieces(3, 5)) {
    await writer.write(piece);
    expect(writer.unwritten).toBe(0);
  }
  expect(sizes).toEqual([5, 5, 5]);
  await writer.close();
});

it('writes what comes meanwhile at once and in order, and lets 1 MiB wait', async () => {
  const file = UnitFile.open(path, 'append');
  const write = vi.spyOn(file, 'write');
  let written = 0;
  const writer = new StdoutWriter(file, (bytes) => (written += bytes));
  const given = pieces(1_000, 10_000);
  let most = 0;
  for (const piece of given) {
    await writer.write(piece);
    most = Math.max(most, writer.unwritten);
  }
  await writer.drained();
  expect(written).toBe(10_000_000);
  expect(most).toBeLessThan(2 * (2 ** 20 + 10_000));
  expect(write.mock.calls.length).toBeLessThan(200);
  await writer.close();
  expect(readFileSync(path).equals(Buffer.concat(given))).toBe(true);
});

it.each([10, AT_ONCE_BYTES + 1])(
  'says that a write of %i bytes failed, also later',
  async (size) => {
    writeFileSync(path, '');
    const writer = new StdoutWriter(UnitFile.open(path, 'read'), () => undefined);
    const first = writer.write(Buffer.alloc(size)).then(() => writer.drained());
    await expect(first).rejects.toThrow('EBADF');
    await expect(writer.write(Buffer.alloc(1))).rejects.toThrow('EBADF');
    await writer.close();
  },
);

it('goes on when time is up while more is put into its memory, and holds none for nothing', async () => {
  vi.useFakeTimers();
  try {
    const writer = new StdoutWriter(UnitFile.open(path, 'append'), () => undefined);
    const given = pieces(5, AT_ONCE_BYTES);
    const put = async (piece: Buffer): Promise<void> => {
      const room = await writer.room();
      vi.advanceTimersByTime(10);
      piece.copy(room);
      await writer.filled(piece.length);
    };
    for (const piece of given) await put(piece);
    expect(writer.unwritten).toBeGreaterThan(0);
    await writer.room();
    await writer.filled(0);
    await writer.drained();
    expect(writer.unwritten).toBe(0);
    await writer.close();
    expect(readFileSync(path).equals(Buffer.concat(given))).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

it('writes what it has when it is closed while somebody has its room', async () => {
  const piece = Buffer.alloc(AT_ONCE_BYTES + 1, 'a');
  const writer = new StdoutWriter(UnitFile.open(path, 'append'), () => undefined);
  await writer.write(piece);
  await writer.drained();
  await writer.write(Buffer.from('last'));
  await writer.room();
  await writer.close();
  expect(readFileSync(path, 'latin1').slice(piece.length)).toBe('last');
});
