import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './make-folder.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'make-folder-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

it('makes what is missing, for its user alone, and leaves what is there', () => {
  const path = join(root, 'a', 'b');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(join(root, 'a')).mode & 0o777).toBe(0o700);
});

it('ends where a folder can not be made', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => {
    makeFolder(join(root, 'file'));
  }).toThrow(/EEXIST/);
  expect(() => {
    makeFolder('/proc/none/such/folder');
  }).toThrow(/ENOENT/);
});
