import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { extractArchive } from './archive-extraction.js';
import { MAX_DEFLATED_BYTES, packFolder, type Archive } from './archive.js';

let root: string;
const at = (...names: string[]) => join(root, ...names);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'runner-archive-'));
  await mkdir(at('source'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function save(archive: Archive): Promise<string> {
  await pipeline(archive.bytes, createWriteStream(at('a.zip')));
  expect((await stat(at('a.zip'))).size).toBe(archive.size);
  return at('a.zip');
}

/** A zip of (name, content, mode) as a hostile or odd packer would make it. */
async function zipOf(members: readonly (readonly [string, string, number?])[]): Promise<string> {
  const zip = new ZipFile();
  for (const [name, content, mode = 0o100644] of members)
    if (name.endsWith('/')) zip.addEmptyDirectory(name, { mode });
    else
      zip.addBuffer(Buffer.from(content), name.replaceAll('..', '__'), {
        mode,
        compress: mode !== LINK,
      });
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream as AsyncIterable<Buffer>) pieces.push(piece);
  // yazl refuses such names itself
  const bytes = Buffer.from(
    Buffer.concat(pieces).toString('latin1').replaceAll('__', '..'),
    'latin1',
  );
  await writeFile(at('evil.zip'), bytes);
  return at('evil.zip');
}

const LINK = 0o120777;

describe('packFolder and extractArchive', () => {
  async function fill(): Promise<void> {
    await mkdir(at('source', 'project', 'empty'), { recursive: true });
    await writeFile(at('source', 'project', 'ü.yml'), '- hosts: all\n', { mode: 0o640 });
    await writeFile(at('source', 'run.sh'), '#!/bin/sh\n', { mode: 0o750 });
    await writeFile(at('source', 'none'), '');
    await symlink('project/ü.yml', at('source', 'link'));
    await symlink('/nowhere/at/all', at('source', 'dangling'));
    await symlink('project', at('source', 'to-folder'));
    await utimes(at('source', 'run.sh'), 1_600_000_000, 1_600_000_000);
  }

  it.each([
    ['deflated', 0],
    ['stored', MAX_DEFLATED_BYTES + 1],
  ])('keep names, contents, modes, times and links (%s)', async (_kind, size) => {
    await fill();
    await writeFile(at('source', 'large'), '');
    await truncate(at('source', 'large'), size);
    await extractArchive(await save(await packFolder(at('source'))), at('target'));
    expect((await readdir(at('target'), { recursive: true })).sort()).toEqual(
      (await readdir(at('source'), { recursive: true })).sort(),
    );
    expect(await readFile(at('target', 'project', 'ü.yml'), 'utf8')).toBe('- hosts: all\n');
    const { mode, mtimeMs } = await stat(at('target', 'run.sh'));
    expect([mode & 0o777, mtimeMs]).toEqual([0o750, 1_600_000_000_000]);
    expect((await stat(at('target', 'large'))).size).toBe(size);
    expect(await readlink(at('target', 'dangling'))).toBe('/nowhere/at/all');
    expect(await readlink(at('target', 'to-folder'))).toBe('project');
  });

  it('runner 29: leave out sockets and pipes, and what the caller skips', async () => {
    await fill();
    execFileSync('mkfifo', [at('source', 'pipe')]);
    const server = createServer().listen(at('source', 'socket'));
    try {
      await save(await packFolder(at('source'), { skip: (name) => name === 'project/empty' }));
    } finally {
      server.close();
    }
    await extractArchive(at('a.zip'), at('target'));
    expect((await readdir(at('target'))).sort()).toEqual([
      'dangling',
      'link',
      'none',
      'project',
      'run.sh',
      'to-folder',
    ]);
    expect(await readdir(at('target', 'project'))).toEqual(['ü.yml']);
  });

  it('a file that shrinks while it is sent breaks the archive off instead of filling it up', async () => {
    await writeFile(at('source', 'large'), '');
    await truncate(at('source', 'large'), MAX_DEFLATED_BYTES + 1);
    const archive = await packFolder(at('source'));
    await truncate(at('source', 'large'), 10);
    await expect(pipeline(archive.bytes, createWriteStream(at('a.zip')))).rejects.toMatchObject({
      code: 'file-changed',
    });
  });

  it('keep what stands in the target as the original does', async () => {
    await mkdir(at('target', 'project'), { recursive: true, mode: 0o700 });
    await writeFile(at('target', 'file'), 'old');
    await symlink('/etc/passwd', at('target', 'link'));
    execFileSync('mkfifo', [at('target', 'pipe')]);
    const zip = await zipOf([
      ['project/', '', 0o40755],
      ['file', 'new'],
      ['link', 'elsewhere', LINK],
      ['pipe', 'ignored'],
    ]);
    await extractArchive(zip, at('target'));
    expect((await stat(at('target', 'project'))).mode & 0o777).toBe(0o700);
    expect(await readFile(at('target', 'file'), 'utf8')).toBe('new');
    expect(await readlink(at('target', 'link'))).toBe('elsewhere');
    expect(await readdir(at('target'))).not.toContain('pipe');
  });
});

describe('a hostile archive', () => {
  const outside = () => readdir(root).then((names) => names.filter((name) => name === 'evil'));

  it('runner 16: does not write through a link that it brought itself', async () => {
    const zip = await zipOf([
      ['out', '..', LINK],
      ['out/evil', 'x'],
    ]);
    await expect(extractArchive(zip, at('target'))).rejects.toMatchObject({ code: 'bad-archive' });
    expect((await readdir(root)).sort()).toEqual(['evil.zip', 'source']);
  });

  it('runner 16: does not write through a link that stood there before', async () => {
    await mkdir(at('target'));
    await symlink('..', at('target', 'out'));
    const zip = await zipOf([['out/evil', 'x']]);
    await expect(extractArchive(zip, at('target'))).rejects.toMatchObject({
      code: 'unsafe-archive',
    });
    expect(await outside()).toEqual([]);
  });

  it('runner 16: replaces a link in the place of a file instead of writing to its target', async () => {
    await mkdir(at('target'));
    await writeFile(at('evil'), 'before');
    await symlink(at('evil'), at('target', 'file'));
    await extractArchive(await zipOf([['file', 'x']]), at('target'));
    expect(await readFile(at('evil'), 'utf8')).toBe('before');
    expect((await lstat(at('target', 'file'))).isFile()).toBe(true);
  });

  it.each(['../evil', 'a/../../evil'])('runner 16: does not write to %s', async (name) => {
    const zip = await zipOf([[name, 'x']]);
    await expect(extractArchive(zip, at('target'))).rejects.toMatchObject({
      code: 'unsafe-archive',
    });
    expect(await outside()).toEqual([]);
  });

  it.each(['/etc/passwd', '../x', 'a/../../x', 'b/../../target/../x'])(
    'runner 16: as result of a worker brings no link to %s',
    async (to) => {
      const zip = await zipOf([['link', to, LINK]]);
      await expect(extractArchive(zip, at('target'), { links: 'inside' })).rejects.toMatchObject({
        code: 'unsafe-archive',
      });
      expect((await readdir(root)).sort()).toEqual(['evil.zip', 'source']);
    },
  );

  it('runner 16: has a limit of bytes and of members', async () => {
    const zip = await zipOf([
      ['a', 'xxxx'],
      ['b', 'xxxx'],
    ]);
    await expect(extractArchive(zip, at('target'), { maxBytes: 7 })).rejects.toMatchObject({
      code: 'unsafe-archive',
    });
    await expect(extractArchive(zip, at('target'), { maxMembers: 1 })).rejects.toMatchObject({
      code: 'unsafe-archive',
    });
  });

  it('gets no set-user-id bits', async () => {
    await extractArchive(await zipOf([['a', 'x', 0o104755]]), at('target'));
    expect((await stat(at('target', 'a'))).mode & 0o7777).toBe(0o755);
  });

  it('is recognised when its contents do not fit their checksums', async () => {
    const bytes = await readFile(
      await zipOf([
        ['a', 'x'.repeat(9)],
        ['link', 'abcdefgh', LINK],
      ]),
    );
    // a stored member: its text can be changed in place
    await writeFile(
      at('a.zip'),
      Buffer.from(bytes.toString('latin1').replace('abcdefgh', 'abcdefgX'), 'latin1'),
    );
    await expect(extractArchive(at('a.zip'), at('target'))).rejects.toMatchObject({
      code: 'bad-archive',
    });
  });

  it('is told apart from no archive at all', async () => {
    await writeFile(at('a.zip'), 'no zip');
    await expect(extractArchive(at('a.zip'), at('target'))).rejects.toMatchObject({
      code: 'bad-archive',
    });
  });
});
