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
import { emptyUnitFile, openUnitFile, readUnitFile, type UnitFileUse } from './unit-file.js';

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

it.each<UnitFileUse>(['read', 'replace', 'append'])('follows no link: %s', async (use) => {
  symlinkSync(secret, path);
  await expect(openUnitFile(path, use)).rejects.toMatchObject({
    code: 'unsafe-file',
    message: `${path} is a link`,
  });
  expect(() => readUnitFile(path)).toThrow(`${path} is a link`);
  emptyUnitFile(path);
  expect(readFileSync(secret, 'utf8')).toBe('secret');
});

it('reads and writes regular files alone, and waits for nobody', async () => {
  execFileSync('mkfifo', [path]);
  await expect(openUnitFile(path, 'read')).rejects.toThrow(`${path} is no regular file`);
  expect(() => readUnitFile(path)).toThrow(`${path} is no regular file`);
  await expect(openUnitFile(folder, 'read')).rejects.toThrow(`${folder} is no regular file`);
});

it('makes new files for this user alone', async () => {
  const file = await openUnitFile(path, 'append');
  await file.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

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
