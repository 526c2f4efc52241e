import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimDefaultDataDir } from './data-dir.js';

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
  root = join(folder, 'receptor');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const claim = (dataDir = root) => claimDefaultDataDir({ dataDir, id: 'far' }, root);

it('makes the folder for the daemon alone, and takes it again', () => {
  claim();
  claim();
  for (const path of [root, join(root, 'far')]) expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('refuses a folder that others may write to, or that is a link', () => {
  mkdirSync(root);
  chmodSync(root, 0o777);
  expect(() => claim()).toThrow(`${root} may be written by other users`);
  chmodSync(root, 0o755);
  symlinkSync(folder, join(root, 'far'));
  expect(() => claim()).toThrow(/far is no folder.*node: \{datadir: FOLDER\}/);
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('folders of other users: skipped, this is not root');
it.skipIf(!isRoot)('refuses a folder of another user', () => {
  mkdirSync(root, { mode: 0o755 });
  chownSync(root, 65_534, 65_534);
  expect(() => claim()).toThrow(`${root} belongs to another user`);
});

it('leaves a folder that was configured as it is', () => {
  const configured = join(folder, 'configured');
  mkdirSync(configured);
  chmodSync(configured, 0o777);
  claim(configured);
  expect(statSync(configured).mode & 0o777).toBe(0o777);
});
