import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bin, command, Mesh, type Daemon, type Finished } from './mesh.js';

let mesh: Mesh;
beforeEach(() => {
  mesh = new Mesh();
});
afterEach(() => mesh.end());

const alone = [{ 'local-only': null }];

const canUnshare = spawnSync('unshare', ['--pid', '--net', '--fork', 'true']).status === 0;
const without = canUnshare ? '' : ' (skipped: this user may not make namespaces)';
if (!canUnshare) console.warn(`namespaces${without}`);

/** Another daemon on the same data directory, with a control socket of its own. */
function second(id: string, ...before: string[]): Promise<Finished> {
  const [word = '', ...words] = [
    ...before,
    bin('receptor'),
    ...['--node', `id=${id}`, `datadir=${join(mesh.folder, 'data')}`],
    '--local-only',
    ...['--control-service', 'service=control', `filename=${join(mesh.folder, 'second.sock')}`],
  ];
  return command(word, words);
}

async function ready(daemon: Daemon): Promise<void> {
  (await daemon.control()).close();
}

it('refuses a second daemon on the units of a node, and says who has it', async () => {
  const first = mesh.start('one', alone);
  await ready(first);
  const { code, stdout, stderr } = await second('one');
  expect(code).toBe(1);
  expect(stdout + stderr).toMatch(
    new RegExp(
      `^Error: the data directory ${mesh.folder}/data is in use by node one, process ${first.pid}, since \\d{4}-\\S+Z; stop it, or choose`,
      'm',
    ),
  );
  await ready(first);
  // a check starts nothing
  const checked = await command(bin('receptor'), ['--check', '--config', first.config]);
  expect(checked.stdout).toMatch(/^The configuration is good\.$/m);
  expect(checked.code).toBe(0);
});

it.skipIf(!canUnshare)(
  `refuses one in other namespaces of processes and networks${without}`,
  async () => {
    const first = mesh.start('one', alone);
    await ready(first);
    const { code, stdout, stderr } = await second('one', 'unshare', '--pid', '--net', '--fork');
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(
      new RegExp(`in use by node one, process ${first.pid} of another pid namespace, on host `),
    );
  },
);

it('starts at once after a kill -9, and leaves nothing of the one before', async () => {
  const first = mesh.start('one', alone);
  await ready(first);
  await first.stop('SIGKILL');
  first.start();
  await ready(first);
  expect(readdirSync(join(mesh.folder, 'data'))).toHaveLength(1);
  await first.stop();
  expect(readdirSync(join(mesh.folder, 'data'))).toEqual([]);
});

it('nodes of different IDs share a data directory', async () => {
  await ready(mesh.start('one', alone));
  await ready(mesh.start('two', alone));
});
