import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder, makeFolderSync } from './make-folder.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'make-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('makes what is missing, and leaves what is there', async () => {
  const path = join(root, 'a', 'b', 'c');
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(root, 'a', 'd'))]);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  await makeFolder(path);
});

it('ends where a folder can not be made', async () => {
  await writeFile(join(root, 'file'), '');
  await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(makeFolder('/proc/none/such/folder')).rejects.toMatchObject({ code: 'ENOENT' });
});

it('names the outermost folder that it made, at once too', async () => {
  expect(await makeFolder(join(root, 'a', 'b'))).toBe(join(root, 'a'));
  expect(await makeFolder(join(root, 'a', 'c'))).toBe(join(root, 'a', 'c'));
  expect(await makeFolder(join(root, 'a'))).toBeUndefined();
  expect(makeFolderSync(join(root, 'd', 'e'))).toBe(join(root, 'd'));
  expect(makeFolderSync(join(root, 'd'))).toBeUndefined();
  expect(() => makeFolderSync('/proc/none/such/folder')).toThrow(/ENOENT/);
});
