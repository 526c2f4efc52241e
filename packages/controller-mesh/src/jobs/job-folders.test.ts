import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { JobFolders } from './job-folders.js';

function place() {
  const parent = mkdtempSync(join(tmpdir(), 'job-folders-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const of = (hostname: string): JobFolders =>
    new JobFolders(parent, () => Promise.resolve(hostname));
  const names = (hostname: string): readonly string[] =>
    readdirSync(join(parent, `node-${hostname}`));
  return { parent, of, names };
}

it('removes what a process of the same node has left, and nothing that is its own or of other nodes', async () => {
  const { of, names } = place();
  const killed = await of('one').create(7);
  writeFileSync(join(killed.path, 'secret'), 'a');
  await of('two').create(8);
  const now = of('one');
  const own = await now.create(9);
  expect(await now.removeLeftovers()).toBe(1);
  expect(names('one')).toEqual([own.path.split('/').at(-1)]);
  expect(names('two')).toHaveLength(1);
  await own.remove();
  expect(await now.removeLeftovers()).toBe(0);
  expect(names('one')).toEqual([]);
});

it('a folder that is made while others are removed stays', async () => {
  const { of, names } = place();
  const folders = of('one');
  const [dirs, removed] = await Promise.all([
    Promise.all([1, 2, 3, 4, 5].map((jobId) => folders.create(jobId))),
    folders.removeLeftovers(),
  ]);
  expect([dirs.length, removed, names('one').length]).toEqual([5, 0, 5]);
});

it('the name of a node leads nowhere else, and one that was not told is asked for again', async () => {
  const { parent } = place();
  let asked = 0;
  const folders = new JobFolders(parent, () => {
    asked += 1;
    return asked === 1 ? Promise.reject(new Error('no answer')) : Promise.resolve('../up');
  });
  await expect(folders.create(1)).rejects.toThrow('no answer');
  mkdirSync(join(parent, '..', 'up'), { recursive: true });
  expect((await folders.create(1)).path.startsWith(join(parent, 'node-..%2Fup'))).toBe(true);
});
