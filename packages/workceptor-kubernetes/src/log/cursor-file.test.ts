import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CursorFile } from './cursor-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kube-cursor-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const cursor = { stamp: '2026-01-02T03:04:05.000000001Z', lines: 1, bytes: 2, size: 3 };

it('has what was written last, and leaves no other file', async () => {
  const file = new CursorFile(join(folder, 'log-cursor'));
  await file.write(cursor);
  await file.write({ ...cursor, size: 2 ** 40 });
  expect(file.read()).toEqual({ ...cursor, size: 2 ** 40 });
  expect(readdirSync(folder)).toEqual(['log-cursor']);
});

it('that can not be written is none', async () => {
  const file = new CursorFile(join(folder, 'gone', 'log-cursor'));
  await file.write(cursor);
  expect(file.read()).toBeUndefined();
});

it.each([
  '',
  '{',
  'null',
  JSON.stringify({ ...cursor, stamp: 1 }),
  JSON.stringify({ ...cursor, size: -1 }),
  JSON.stringify({ ...cursor, bytes: '2' }),
])('that has %j is none', (text) => {
  writeFileSync(join(folder, 'log-cursor'), text);
  expect(new CursorFile(join(folder, 'log-cursor')).read()).toBeUndefined();
});
