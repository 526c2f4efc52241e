import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  AT_ONCE_BYTES,
  emptyUnitFile,
  readUnitFile,
  UnitFile,
  type UnitFileUse,
} from './unit-file.js';

let folder: string;
let secret: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unit-file-'));
  secret = join(folder, 'secret');
  path = join(folder, 'stdout');
  writeFileSync(secret, 'secret');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it.each<UnitFileUse>(['read', 'replace', 'append'])('follows no link: %s', (use) => {
  symlinkSync(secret, path);
  expect(() => UnitFile.open(path, use)).toThrow(
    expect.objectContaining({ code: 'unsafe-file', message: `${path} is a link` }) as Error,
  );
  expect(() => readUnitFile(path)).toThrow(`${path} is a link`);
  emptyUnitFile(path);
  expect(readFileSync(secret, 'utf8')).toBe('secret');
});

it('reads and writes regular files alone, and waits for nobody', () => {
  execFileSync('mkfifo', [path]);
  expect(() => UnitFile.open(path, 'read')).toThrow(`${path} is no regular file`);
  expect(() => readUnitFile(path)).toThrow(`${path} is no regular file`);
  expect(() => UnitFile.open(folder, 'read')).toThrow(`${folder} is no regular file`);
});

it('makes new files for this user alone', () => {
  UnitFile.open(path, 'append').close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it.each([1, AT_ONCE_BYTES, AT_ONCE_BYTES + 1, 5 * AT_ONCE_BYTES])(
  'writes and reads pieces of %i bytes, closed while a call is under way',
  async (length) => {
    const pieces = [1, 2, 3].map((byte) => Buffer.alloc(length, byte));
    const file = UnitFile.open(path, 'append');
    for (const piece of pieces) await file.write([piece]);
    expect(file.size()).toBe(BigInt(3 * length));
    await file.truncate(3 * length - 1);
    file.close();

    const all = Buffer.concat(pieces).subarray(0, -1);
    const again = UnitFile.open(path, 'read');
    const buffer = Buffer.alloc(3 * length);
    const read = again.read(buffer, 0);
    again.close();
    again.close();
    expect(await read).toBe(all.length);
    expect(buffer.subarray(0, -1).equals(all)).toBe(true);
    expect(readFileSync(path).equals(all)).toBe(true);
  },
);

it('reads no status of gigabytes', () => {
  closeSync(openSync(path, 'w'));
  truncateSync(path, 8 * 2 ** 30);
  expect(() => readUnitFile(path)).toThrow('has 8589934592 bytes, more than the 16777216');
});

it('gives space back, and makes no file to do so', () => {
  writeFileSync(path, 'x'.repeat(10_000));
  emptyUnitFile(path);
  expect(statSync(path).size).toBe(0);
  rmSync(path);
  emptyUnitFile(path);
  expect(() => statSync(path)).toThrow('ENOENT');
});
