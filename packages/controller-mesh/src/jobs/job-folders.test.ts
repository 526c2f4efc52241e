import { chmodSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeTree } from '@receptorjs/runner-streaming/internal';
import { expect, it, onTestFinished } from 'vitest';
import { JobFolders } from './job-folders.js';

function place(depth = ''): string {
  const parent = mkdtempSync(join(tmpdir(), 'job-folders-'));
  onTestFinished(() => removeTree(parent));
  mkdirSync(join(parent, depth), { recursive: true });
  return join(parent, depth);
}

/** Leaves a folder as a process does that was killed. */
function killed(parent: string): string {
  const folder = join(parent, 'process-0123456789ab');
  mkdirSync(join(folder, 'awx_7_a'), { recursive: true });
  writeFileSync(join(folder, 'awx_7_a', 'secret'), 'a');
  const socket = join(folder, 'alive.sock');
  const program = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', program, socket]);
  return folder;
}

it('removes what a process has left that was killed, and nothing of one that lives', async () => {
  const parent = place();
  const folder = killed(parent);
  chmodSync(join(folder, 'awx_7_a'), 0o500);
  const [first, second] = [new JobFolders(parent), new JobFolders(parent)];
  const living = await first.create(8);
  const own = await second.create(9);
  expect(await second.removeLeftovers()).toBe(1);
  expect(readdirSync(parent).sort()).toEqual(
    [living, own].map(({ path }) => dirname(path).split('/').at(-1)).sort(),
  );
  await own.remove();
  await second.close();
  expect(await first.removeLeftovers()).toBe(0);
  expect(readdirSync(dirname(living.path))).toHaveLength(2);
  await first.close();
  expect(readdirSync(parent)).toEqual([]);
});

it('a folder that is made while others are removed stays', async () => {
  const parent = place();
  const folders = new JobFolders(parent);
  const [dirs, removed] = await Promise.all([
    Promise.all([1, 2, 3, 4, 5].map((jobId) => folders.create(jobId))),
    folders.removeLeftovers(),
  ]);
  expect(removed).toBe(0);
  for (const { path } of dirs) expect(readdirSync(path)).toEqual([]);
  await folders.close();
});

it('does without a socket where the path is too long for one, and then leaves the folder alone', async () => {
  const parent = place('a'.repeat(100));
  const dir = await new JobFolders(parent).create(1);
  expect(await new JobFolders(parent).removeLeftovers()).toBe(0);
  expect(readdirSync(dir.path)).toEqual([]);
});
