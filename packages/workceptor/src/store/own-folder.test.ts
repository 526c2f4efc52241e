import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkNodeFolder } from './own-folder.js';

let folder: string;
let dataDir: string;
let nodeDir: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'own-folder-')));
  dataDir = join(folder, 'data');
  nodeDir = join(dataDir, 'far');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const check = (): boolean => checkNodeFolder(dataDir, nodeDir);
const make = (path: string, mode: number): void => {
  mkdirSync(path);
  chmodSync(path, mode);
};

describe('the folder of units', () => {
  it('may be missing, or be of this user alone', () => {
    expect(check()).toBe(false);
    make(dataDir, 0o755);
    expect(check()).toBe(false);
    make(nodeDir, 0o700);
    expect(check()).toBe(true);
  });

  it('may be in a folder like /tmp, where nobody can exchange it', () => {
    make(dataDir, 0o1777);
    make(nodeDir, 0o700);
    expect(check()).toBe(true);
  });

  it.each([0o777, 0o775, 0o757])('is not taken when others may write to it: %o', (mode) => {
    make(dataDir, mode);
    expect(check).toThrow(
      expect.objectContaining({
        code: 'unsafe-folder',
        message: expect.stringContaining(`${dataDir} may be written by other users`) as unknown,
      }),
    );
  });

  it('is not taken when the node folder may be written by others, though it is sticky', () => {
    make(dataDir, 0o700);
    make(nodeDir, 0o1777);
    expect(check).toThrow(`${nodeDir} may be written by other users`);
  });

  it.each(['data', 'far'])('is not taken through a link: %s', (which) => {
    const target = join(folder, 'target');
    make(target, 0o700);
    if (which === 'data') symlinkSync(target, dataDir);
    else {
      make(dataDir, 0o700);
      symlinkSync(target, nodeDir);
    }
    expect(check).toThrow(/(?:data|far) is a link.*node: \{datadir: FOLDER\}/);
  });

  it('is not taken below a folder that everybody may write to', () => {
    chmodSync(folder, 0o777);
    expect(check).toThrow(`${folder} may be written by everybody`);
  });

  it('is not taken when a link on the way leads through a folder that everybody may write to', () => {
    const open = join(folder, 'open');
    make(open, 0o755);
    make(join(open, 'target'), 0o755);
    symlinkSync(join(open, 'target'), join(folder, 'second'));
    symlinkSync('second', join(folder, 'alias'));
    dataDir = join(folder, 'alias', 'data');
    nodeDir = join(dataDir, 'far');
    expect(check()).toBe(false);
    chmodSync(open, 0o777);
    expect(check).toThrow(`${open} may be written by everybody`);
  });

  it('is not behind links that lead to each other', () => {
    symlinkSync('second', join(folder, 'first'));
    symlinkSync('first', join(folder, 'second'));
    dataDir = join(folder, 'first', 'data');
    expect(check).toThrow('is behind too many links');
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: folders of other users, because this is not root');
describe.skipIf(!isRoot)('folders of another user', () => {
  it.each(['data', 'far'])('are not taken: %s', (which) => {
    make(dataDir, 0o755);
    make(nodeDir, 0o755);
    chownSync(which === 'data' ? dataDir : nodeDir, 65_534, 65_534);
    expect(check).toThrow(/belongs to another user \(65534\)/);
  });

  it('are not above it either, for their users can exchange what is in them', () => {
    const home = join(folder, 'home');
    make(home, 0o755);
    const inHome = (): boolean => checkNodeFolder(join(home, 'data'), join(home, 'data', 'far'));
    expect(inHome()).toBe(false);
    chownSync(home, 65_534, 65_534);
    expect(inHome).toThrow('belongs to another user (65534), who can exchange what is in it');
  });

  it('may not be written by a group above it, unless it is our own or the folder is sticky', () => {
    chmodSync(folder, 0o775);
    expect(check()).toBe(false);
    chownSync(folder, 0, 65_534);
    expect(check).toThrow(`${folder} may be written by another group (65534)`);
    chmodSync(folder, 0o1775);
    expect(check()).toBe(false);
  });

  it('may not own a link on the way', () => {
    const shared = join(folder, 'shared');
    make(shared, 0o1777);
    symlinkSync(folder, join(shared, 'alias'));
    dataDir = join(shared, 'alias', 'data');
    expect(check()).toBe(false);
    lchownSync(join(shared, 'alias'), 65_534, 65_534);
    expect(check).toThrow(/alias belongs to another user/);
  });
});
