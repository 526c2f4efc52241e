import { lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyProject } from './project-copy.js';

it('copies what a linked project leads to, without the folders left out', async () => {
  const root = await mkdtemp(join(tmpdir(), 'project-copy-'));
  try {
    await mkdir(join(root, 'release', 'artifacts'), { recursive: true });
    await writeFile(join(root, 'release', 'site.yml'), '[]');
    const project = join(root, 'project');
    await symlink('release', project);
    const copy = await copyProject(project, join(root, 'base'), [join(project, 'artifacts')]);
    expect((await lstat(copy)).isDirectory()).toBe(true);
    expect(await readdir(copy)).toEqual(['site.yml']);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
